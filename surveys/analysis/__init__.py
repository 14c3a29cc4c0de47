"""The survey's analysis table: units × criteria × groups with the share of each answer."""
