"""How training works: tasks, what they read and write, versions and the rule by which one is in use."""
