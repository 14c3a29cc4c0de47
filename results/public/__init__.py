"""What everybody may read: the ranking and what stands behind it."""
