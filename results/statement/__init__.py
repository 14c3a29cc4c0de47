"""Sao kê điểm: every movement of every point of one unit."""
