"""The plan of the survey: respondent groups, questionnaires, scales."""
