"""Who has proved lately that it is them, and who needs a second factor."""
