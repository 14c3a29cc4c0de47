"""Background work as rows: the truth that survives a killed worker or a lost broker."""
