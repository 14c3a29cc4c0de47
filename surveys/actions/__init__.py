"""The verbs that write to the survey."""
