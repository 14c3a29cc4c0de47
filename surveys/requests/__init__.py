"""Pages of what two people decide together."""
