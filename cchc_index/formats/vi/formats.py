"""Dates in Việt Nam: the day first. Django's own list for Vietnamese would read 01/12 as 12 January."""

from cchc_index.lib.days import DAY_FORMATS, MOMENT_FORMATS

DATE_FORMAT = "d/m/Y"
SHORT_DATE_FORMAT = "d/m/Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d/m/Y H:i"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
# The first is how a text field shows a value; an <input type="date"> names its own.
DATE_INPUT_FORMATS = list(DAY_FORMATS)
DATETIME_INPUT_FORMATS = list(MOMENT_FORMATS)
