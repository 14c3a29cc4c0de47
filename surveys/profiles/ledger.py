"""The check of the profiles: each says what the log says it said when it was kept."""

from collections.abc import Iterator

from surveys.models import MappingProfile
from units.auditlog.models import LogEntry

from .digests import facts

VERB = "surveys.keep_profile"


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Two queries."""
    logged = {
        int(entry.object_id): entry.after for entry in LogEntry.objects.filter(verb=VERB).order_by("number").iterator()
    }
    for profile in MappingProfile.objects.order_by("pk").iterator():
        if logged.pop(profile.pk, None) != facts(profile):
            yield f"Cách đọc tệp phiếu “{profile}” khác với nhật ký."
    for pk in sorted(logged):
        yield f"Cách đọc tệp phiếu số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
