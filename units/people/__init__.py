"""People brought in from a sheet and by hand, invited, and seen whether they ever came."""
