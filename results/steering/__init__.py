"""Where a year stands, unit by unit: what waits for whom, by risk; reminders; the state as a spreadsheet."""
