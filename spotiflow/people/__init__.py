"""What happens to a person's data as a whole: another name, a copy to take away, being forgotten."""
