"""The index of a block: its inputs, computing it, keeping it current."""
