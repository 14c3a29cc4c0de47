"""Which document proves which score, at which page, and what there is to remark on it."""
