"""When a survey takes files: while its phase is open; what is published only by two people with a reason."""
