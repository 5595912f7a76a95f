"""What every other package stands on: settings, errors, console, the warehouse file, dbt."""
