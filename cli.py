"""The command line lives in spotiflow/cli.py."""

from spotiflow.cli import main

if __name__ == "__main__":
    main()
