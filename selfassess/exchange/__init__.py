"""Figures from other systems (public services, one-stop shop, document management) beside what units declared."""
