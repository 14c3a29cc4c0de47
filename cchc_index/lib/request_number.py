"""The number of a request: on its error page, in every line of the log, in the mail to the operator, and in the
answer's header. It is made here and never taken from outside."""

import logging
import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
BALLOTS = "/dieu-tra/phieu/"
"""What stands before a respondent's secret (docs/anonymity.md)."""
_SECRET = re.compile(re.escape(BALLOTS) + r"[^\s'\">]+")
current: ContextVar[str] = ContextVar("request number", default="")


def fresh() -> str:
    """Ten letters and digits that can be told on the telephone: no 0 and o, no 1 and l."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(10))


def told(text: str) -> str:
    """A text without respondents' secrets: a link that was used must not stand beside an hour."""
    return _SECRET.sub(BALLOTS + "…", text)


class Numbered(logging.Filter):
    """Puts the number of the request in hand on every line; "-" outside of requests. Takes respondents' secrets out."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_number = current.get() or "-"
        if BALLOTS in record.getMessage() or BALLOTS in str(getattr(record, "request", "")):
            record.msg, record.args = told(record.getMessage()), ()
            record.__dict__.pop("request", None)
        return True
