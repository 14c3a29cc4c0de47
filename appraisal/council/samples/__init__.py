"""A random sample of what was recognised in bulk, judged again by another member."""
