"""Finished scores of a year from a spreadsheet."""
