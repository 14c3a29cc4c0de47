"""An assessment's way: opened, handed over, sent back, submitted with a receipt, reopened."""
