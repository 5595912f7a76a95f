"""Kill -9 at random moments, again and again: `make torture`, with KILLS=200 for more."""
