"""Profiles: how the files of a sender are read, confirmed once, kept in versions, found again by their headings."""
