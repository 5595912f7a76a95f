"""The warehouse file: its tables, who may write, and copies of it."""
