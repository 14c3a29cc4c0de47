"""The decision as it was signed outside, brought back beside the data it announces."""
