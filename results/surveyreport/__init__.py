"""The analysis report of the survey: by group, criterion, unit and year, with pictures and sentences that are true of
the numbers, as PDF, Word document and workbook; and the data behind it, one row per ballot."""
