"""A ranking frozen under a document number: proposed, approved, superseded, read again."""
