"""Background work as rows of `Job`, so that nothing is lost with a killed worker or a lost message."""
