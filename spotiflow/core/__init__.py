"""What everything stands on: settings, errors, the console, private files, processes."""
