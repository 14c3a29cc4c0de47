"""The base of the administrators' pages: logged catalogues, read-only records, spreadsheets in and out."""
