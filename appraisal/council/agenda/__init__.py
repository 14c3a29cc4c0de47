"""The agenda of a meeting: contested cells, what needs approval, and what would be decided."""
