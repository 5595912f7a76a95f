"""`python -m spotiflow` is the command line."""

from spotiflow.cli import main

main()
