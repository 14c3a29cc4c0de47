"""A rule that was corrected after points had been given by it."""
