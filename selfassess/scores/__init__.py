"""Scoring one criterion: the page with its form, saving, saving as one types, two people at once."""
