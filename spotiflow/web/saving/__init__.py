"""Pages as a file of their own, to keep, print or hand on."""
