"""Files on their way in: held for one person at one place until the data beside them is complete."""
