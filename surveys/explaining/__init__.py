"""Explaining a file: which column is what, which word is which answer, said in a form and kept as a profile."""
