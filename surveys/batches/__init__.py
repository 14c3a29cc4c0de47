"""A file's life: uploaded, checked, committed, perhaps undone."""
