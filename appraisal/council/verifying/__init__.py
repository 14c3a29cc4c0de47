"""Agencies that verify a criterion before the members judge it."""
