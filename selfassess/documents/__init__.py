"""The unit's files: taken in, kept in versions, given out to those who may read them."""
