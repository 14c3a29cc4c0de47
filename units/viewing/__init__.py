"""A page as somebody else sees it, for who answers the telephone: read-only, for half an hour, logged and told."""
