"""How dates are written and read (FORMAT_MODULE_PATH)."""
