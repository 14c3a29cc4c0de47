"""What every feature needs: typed values read, the list of criteria, locks, the assessment an address names."""
