"""The alarm: a mail to the operators when something is not well, when that changes, and when it is over.

It goes at once and not through the outbox, which a dead worker would not send.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import mail_admins
from health_check.base import HealthCheckResult

from cchc_index.lib import clock

REMINDED = timedelta(hours=6)
"""As long as the same is wrong, it is said again so often."""
WELL = "-"


def sentences(results: Sequence[HealthCheckResult]) -> list[str]:
    """What is wrong."""
    return [f"{result.check}: {result.error.message}." for result in results if result.error]


def alarm(results: Sequence[HealthCheckResult], memory: Path) -> bool:
    """Tell ADMINS what has changed since the last look, which `memory` holds; whether a mail went. Raises OSError when
    the mail server does not take it: the next look tries again."""
    wrong = [str(result.check) for result in results if result.error]
    state = hashlib.sha256("\n".join(wrong).encode()).hexdigest() if wrong else WELL
    last, at = _remembered(memory)
    now = int(clock.now().timestamp())
    if state == last and (state == WELL or now - at < REMINDED.total_seconds()):
        return False
    if wrong:
        heading = f"Cảnh báo: {', '.join(wrong)}"
        mail_admins(heading[:120], "\n".join([*sentences(results), "", f"{settings.PUBLIC_URL}/suc-khoe/san-sang/"]))
    else:
        mail_admins("Đã bình thường trở lại", "Mọi phần của hệ thống hoạt động bình thường.")
    memory.write_text(f"{state} {now}\n")
    return bool(settings.ADMINS)


def _remembered(memory: Path) -> tuple[str, int]:
    """Nothing remembered: all was well."""
    try:
        state, at = memory.read_text().split()
        return state, int(at)
    except (OSError, ValueError):
        return WELL, 0
