"""What a publication is downloaded as: spreadsheets, paper, open data."""
