"""The survey's analysis table: units × criteria × respondent groups, for whoever studies the answers."""
