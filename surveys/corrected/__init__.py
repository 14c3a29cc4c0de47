"""The survey's points where two people corrected the maximum of a criterion."""
