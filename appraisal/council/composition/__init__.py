"""The council's decision and its seats."""
