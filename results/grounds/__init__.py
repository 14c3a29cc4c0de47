"""Căn cứ của điểm: on what each published point rests, where the round lets the public read it."""
