"""The index manager's pages (Điều hành): progress, stages, publication."""
