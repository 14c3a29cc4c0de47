"""The ranking of a year as it would be published now, for the desk."""
