"""A year prepared in the browser, from the decision to its opening."""
