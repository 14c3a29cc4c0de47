"""The exchange for people (`systems`) and for other systems (`programs`)."""
