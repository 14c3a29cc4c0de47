"""Papers of the result: decision with annex, submission, analysis, report and slides of the conference."""
