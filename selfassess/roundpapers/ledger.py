"""The proof of the documents of rounds: rows equal the log, a stored file hashed again what was posted."""

from collections.abc import Iterator

from cchc_index.lib.whole import file_faults
from selfassess.core.ledger import CHUNK, logged
from selfassess.models import RoundPaper
from units.auditlog.digests import Facts

from .digests import PAPER_VERBS, VERB_POST, VERB_WITHDRAW, paper_facts


def check(*, files: bool) -> Iterator[str]:
    """Documents that differ from the log or their files, as sentences; `files` False leaves the bytes unread."""
    last: dict[int, Facts] = {}
    actors: dict[tuple[int, str], int | None] = {}
    for entry, after in logged(*PAPER_VERBS):
        last[int(entry.object_id)] = after
        actors[int(entry.object_id), entry.verb] = entry.actor_id
    for paper in RoundPaper.objects.order_by("pk").iterator(CHUNK):
        place = f"Văn bản của kỳ {paper} (số {paper.pk})"
        people = (paper.posted_by_id, paper.withdrawn_by_id)
        given = tuple(actors.get((paper.pk, verb)) for verb in (VERB_POST, VERB_WITHDRAW))
        if last.pop(paper.pk, None) != paper_facts(paper) or people != given:
            yield f"{place}: nội dung hoặc người khác với nhật ký."
        if files and paper.digest:
            fault = f"{place}: tệp {paper.file.name} không còn trong kho hoặc đã bị sửa."
            yield from file_faults(paper.file, paper.digest, fault)
    for pk in sorted(last):
        yield f"Văn bản của kỳ số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
