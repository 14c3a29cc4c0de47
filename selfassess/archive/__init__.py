"""Finished self-scores of archives and hand-overs."""
