"""The plan of the survey as its operator writes it: groups, forms, questions, scales, rules."""
