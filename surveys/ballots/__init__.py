"""Ballots: reading a file of them, storing them, taking them out."""
