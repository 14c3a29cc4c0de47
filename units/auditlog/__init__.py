"""The audit log: append-only entries chained by keyed digests, with marks of its head outside the database."""
