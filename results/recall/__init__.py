"""A publication taken back by two people, with the reason; its address stays and says so."""
