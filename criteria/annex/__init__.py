"""The annex of a decision: read from a spreadsheet, repaired, settled into a criteria set, imported."""
