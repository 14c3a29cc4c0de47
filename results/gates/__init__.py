"""What is still open of a year before its results are published: one list for pages, commands and the verbs."""
