"""What a file is: opened, told apart by its content, repaired where it is damaged."""
