"""From raw rows to gold: dbt in this process, and what its last build did."""
