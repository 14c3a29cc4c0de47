"""The demonstration: one complete illustrative year and one open for practice. Every score is invented."""
