"""The index manager's room: progress, phases, preview, publication."""
