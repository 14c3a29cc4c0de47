"""A mail to the operators (`ADMINS`) for a fault of ours: the request's number, where it was and the traceback. Nothing
that people typed, no cookie and no header goes along: mails lie in many places."""

import logging
import threading
import time
from collections import deque

from django.core.mail import mail_admins

from .request_number import current

MOST, WINDOW = 10, 3600.0
"""So many mails a process sends within so many seconds; the log has the rest."""


class OperatorMail(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._sent: deque[float] = deque(maxlen=MOST)
        self._sending = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        if not self._may_send():
            return
        request = getattr(record, "request", None)
        where = f"{request.method} {request.path}" if request is not None else record.name
        number = current.get() or "-"
        lines = [f"Mã yêu cầu: {number}", f"Nơi xảy ra: {where}", "", self.format(record)]
        mail_admins(f"Lỗi hệ thống, mã yêu cầu {number}", "\n".join(lines), fail_silently=True)

    def _may_send(self) -> bool:
        with self._sending:
            now = time.monotonic()
            if len(self._sent) == MOST and now - self._sent[0] < WINDOW:
                return False
            self._sent.append(now)
            return True
