"""The number of a request: on its error page, in every line of the log, in the mail to the operator, and in the
answer's header. It is made here and never taken from outside."""

import logging
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
current: ContextVar[str] = ContextVar("request number", default="")


def fresh() -> str:
    """Ten letters and digits that can be told on the telephone: no 0 and o, no 1 and l."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(10))


class Numbered(logging.Filter):
    """Puts the number of the request in hand on every line; "-" outside of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_number = current.get() or "-"
        return True
