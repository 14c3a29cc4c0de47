"""The units of the blocks: who is measured and since when, brought in from a sheet."""
