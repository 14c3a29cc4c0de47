"""Survey files in: from a hostile spreadsheet to checked values. Knows no database."""
