"""Hours of a day as an operator writes them."""

from datetime import time

from django.core.exceptions import ImproperlyConfigured


def hours_of_day(name: str, given: str, default: str) -> tuple[time, time]:
    """Two hours of a day, "07:00-19:00", of the setting `name`. Raises ImproperlyConfigured."""
    given = given or default
    try:
        start, end = (time.fromisoformat(part.strip()) for part in given.split("-"))
    except ValueError:
        raise ImproperlyConfigured(f"{name} = “{given}” không đúng: ghi hai giờ, ví dụ {default}.") from None
    if start >= end:
        raise ImproperlyConfigured(f"{name} = “{given}”: giờ đầu phải trước giờ cuối.")
    return start, end
