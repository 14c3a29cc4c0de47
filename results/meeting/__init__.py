"""The council's meeting on a projector, and its minutes on paper."""
