"""Reminders to the units that have not submitted, 7, 3 and 1 days before their own closing."""
