"""Last year as a proposal for this one."""
