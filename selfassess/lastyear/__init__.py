"""Last year beside this year: what the unit gave, what the council said, what can be carried over."""
