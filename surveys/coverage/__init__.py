"""How far the survey is: every block against its plan."""
