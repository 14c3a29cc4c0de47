"""Finished figures (SIPAS, PAPI): reading a file of them, storing them, taking them out."""
