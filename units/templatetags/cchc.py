"""Template filters: numbers and moments as Vietnamese readers expect them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe

from cchc_index.lib import browsers, clock, days, numbers, unbroken

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """Two decimals with a comma; an en dash where there is no number (never a zero)."""
    return numbers.vn(value) if value is not None else "–"


@register.filter
def amount(value: Decimal) -> str:
    """How much it rose or fell, where the word before says which: 1,25 of −1,25."""
    return points(abs(value))


@register.filter
def maximum(value: Decimal | None) -> str:
    """A maximum without needless zeros: 10, 0,5."""
    return numbers.vn_short(value)


@register.filter
def percent(value: Decimal | None) -> str:
    """A share in per cent without needless zeros: 0.5 → 50%."""
    return f"{numbers.vn_short(value * 100)}%" if value is not None else "–"


@register.filter
def moment(value: datetime | None) -> str:
    """dd/mm/yyyy HH:MM on the clock of Hà Nội, for cells of tables and facts."""
    return f"{clock.hanoi(value):%d/%m/%Y %H:%M}" if value else ""


@register.filter
def instant(value: datetime | None) -> str:
    """HH:MM ngày dd/mm/yyyy on the clock of Hà Nội, for sentences."""
    return clock.in_words(value) if value else ""


@register.filter
def instant_exact(value: datetime | None) -> str:
    """HH:MM:SS ngày dd/mm/yyyy on the clock of Hà Nội, for sentences about saves and receipts."""
    return clock.in_words(value, seconds=True) if value else ""


@register.filter
def count(value: int | None) -> str:
    """How many, with a dot between thousands: 1.046."""
    return numbers.vn_count(value) if value is not None else ""


@register.filter
def whole(value: object) -> str:
    """Text with the numbers of documents that no line breaks."""
    return mark_safe(unbroken.whole("" if value is None else value))  # noqa: S308 – escaped there


@register.filter
def letter_day(value: date | None) -> str:
    """A day as decisions cite it: 10/7/2024."""
    return days.letter_day(value) if value else ""


@register.filter
def moment_exact(value: datetime | None) -> str:
    """dd/mm/yyyy HH:MM:SS on the clock of Hà Nội: receipts and saves."""
    return f"{clock.hanoi(value):%d/%m/%Y %H:%M:%S}" if value else ""


@register.filter
def get(mapping: dict[Any, object], key: object) -> object:
    """mapping[key] in a template; None when absent."""
    return mapping.get(key) if mapping else None


@register.filter
def time_left(value: datetime | None) -> str:
    """How long until an instant, in the two largest units: "3 ngày 4 giờ"; "đã hết" afterwards."""
    if value is None:
        return ""
    minutes = int((value - clock.now()).total_seconds() // 60)
    if minutes < 0:
        return "đã hết hạn"
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} ngày {hours} giờ"
    return f"{hours} giờ {rest} phút" if hours else f"{rest} phút"


@register.filter
def in_viewer(page: int | None) -> str:
    """The end of a document's address: where the browser's own reader opens it, at the width of its frame."""
    return f"#page={page}&navpanes=0&view=FitH" if page else "#navpanes=0&view=FitH"


@register.filter
def startswith(value: str, prefix: str) -> bool:
    return bool(prefix) and value.startswith(prefix)


@register.filter
def browser(agent: str) -> str:
    """What a browser says of itself, in words."""
    return browsers.in_words(agent)


@register.filter
def all_rounds(request: object) -> list[Any]:
    """The rounds that the frame has already read (criteria.queries.round_in_view)."""
    return getattr(request, "_all_rounds", [])


@register.simple_tag
def version() -> str:
    """The program's version, as pyproject.toml says it."""
    return str(settings.VERSION)
