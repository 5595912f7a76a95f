"""What people look at: the terminal report and the list of tables."""
