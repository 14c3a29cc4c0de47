"""What the council has approved of a round, and whether that is still what stands."""
