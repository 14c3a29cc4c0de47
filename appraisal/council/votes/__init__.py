"""Votes on the items of an agenda, dissent, and the conclusion by majority."""
