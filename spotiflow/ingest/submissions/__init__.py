"""Listens that players submit as they happen: what is one, who may submit, where they wait, how they come in."""
