"""The survey's plan as the annex of its document: PDF and Word."""
