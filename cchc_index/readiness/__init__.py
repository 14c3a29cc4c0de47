"""What a year still lacks before its next stage can open."""
