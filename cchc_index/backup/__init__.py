"""Database and files at one consistent point in one file, and back into an empty place."""
