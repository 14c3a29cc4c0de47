"""The self-assessment as an Excel workbook: written locked, read back hostile until proven, compared by cell.

`writing.build` makes the file, `reading.read` takes it back, `comparing.compare` says what would change, without a
query; `actions.apply_workbook` writes it.
"""
