"""Pages of the ranking: what is public, what is downloaded, what the index manager steers."""
