"""The guide that each role gets: a page, a sheet of paper, a Word document, all from one text in docs/huong-dan/."""
