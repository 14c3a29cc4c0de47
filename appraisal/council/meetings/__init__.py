"""Meetings and written consents: agenda, attendance, votes, conclusions, and what was approved by them."""
