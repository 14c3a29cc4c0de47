"""Lịch sử thay đổi điểm: every movement of every point of one unit."""
