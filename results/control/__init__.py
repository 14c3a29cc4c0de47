"""The index manager's room: progress, stages, preview, publication."""
