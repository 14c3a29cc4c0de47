"""Roles that decide: proposed by one person, confirmed by another, ended with a date and a reason."""
