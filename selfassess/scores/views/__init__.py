"""The pages of one criterion and the list of all."""
