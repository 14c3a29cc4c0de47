"""Spreadsheets in: hostile until proven, and read as the person who sent them sees them.

`table.read_table` for files with headings, `book.open_book` for every sheet of a workbook as pages of cells.
"""
