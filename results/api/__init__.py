"""What is published, for programs: read only, typed, documented by itself (OpenAPI)."""
