"""The table of survey points as it was signed and received: PDF and spreadsheet."""
