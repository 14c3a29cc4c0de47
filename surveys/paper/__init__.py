"""Ballots on paper: typed by two people, compared field by field, settled by a third, then a batch as a file is."""
