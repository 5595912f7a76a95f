"""Deliberate faults in the dbt project, each of which has to turn a test red (`make mutants`)."""
