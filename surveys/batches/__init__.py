"""Batches: a file uploaded, checked, committed, perhaps undone."""
