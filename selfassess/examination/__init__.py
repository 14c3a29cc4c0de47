"""What is done to a stored file in the background: the antivirus daemon asks first, then its text is read."""
