"""What the papers of a year are made of, with a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from criteria.models import Round
from results.book import Book, BookBlock, read_bundle
from results.computation.queries import code_version
from results.models import Job, PaperText, Publication, Recommendation
from results.publication.queries import book_of, preview_book, printed, published

from .digests import content_mark, recommendation_facts
from .findings import BlockFindings, findings
from .slots import SLOTS

PREVIEW = "preview"


@dataclass(frozen=True)
class Material:
    """A year's numbers, those of the year before where it was published, and what staff typed. `state`: that of the
    publication, or PREVIEW; `mark` changes with everything that a paper shows."""

    round: Round
    book: Book
    earlier: Book | None
    state: str
    typed: Mapping[str, str]
    recommendations: list[Recommendation]
    followed: list[Recommendation]
    mark: str
    blocks: list[BlockFindings] = field(default_factory=list)

    @property
    def draft(self) -> bool:
        """Whether the numbers are not those of a publication."""
        return self.state != Publication.State.PUBLISHED

    def text(self, slot: str) -> str:
        """What stands in a slot: what was typed, or the usual words."""
        return self.typed[slot]


def source(round_: Round) -> Publication | None:
    """The publication the papers speak of: what waits for its second person, else what is in force; None: a preview."""
    waiting = Publication.objects.filter(round=round_, state=Publication.State.PROPOSED).defer("bundle")
    return waiting.select_related("round").first() or published(round_)


def material(round_: Round) -> Material:
    """Everything that the papers of the year say."""
    publication = source(round_)
    book = preview_book(round_) if publication is None else read_bundle(printed(publication))
    earlier = _earlier(round_)
    typed, recommendations, followed = texts(round_), _rows(round_.year), _rows(round_.year - 1)
    state = publication.state if publication else PREVIEW
    mark = content_mark(
        {
            "digest": book.digest,
            "state": state,
            "record": [*book.record.gates, book.record.proposer_reason, book.record.approver_reason],
            "earlier": earlier.digest if earlier else "",
            "typed": dict(typed),
            "recommendations": [recommendation_facts(row) for row in (*recommendations, *followed)],
            "code": code_version(),
        }
    )
    blocks = [findings(block, _block_before(earlier, block.code)) for block in book.blocks]
    return Material(round_, book, earlier, state, typed, recommendations, followed, mark, blocks)


def _earlier(round_: Round) -> Book | None:
    """The book of the year before: of real numbers for a real year, of illustrative ones for an illustrative year."""
    before = Round.objects.filter(year=round_.year - 1, illustrative=round_.illustrative).first()
    publication = published(before)
    return book_of(publication) if publication else None


def _block_before(earlier: Book | None, code: str) -> tuple[int, BookBlock] | None:
    block = earlier.block(code) if earlier else None
    return (earlier.year, block) if earlier and block else None


def texts(round_: Round) -> dict[str, str]:
    """Slot → its words: the typed ones, else the usual ones."""
    kept = dict(PaperText.objects.filter(round=round_).values_list("slot", "text"))
    return {slot.key: kept.get(slot.key, slot.usual) for slot in SLOTS}


def text_row(round_: Round, slot: str) -> PaperText | None:
    return PaperText.objects.filter(round=round_, slot=slot).select_related("edited_by").first()


def edited_texts(round_: Round) -> dict[str, PaperText]:
    """Slot → the row of what was typed there."""
    return {row.slot: row for row in PaperText.objects.filter(round=round_).select_related("edited_by")}


def _rows(year: int) -> list[Recommendation]:
    return list(Recommendation.objects.filter(round__year=year).select_related("round").order_by("pk"))


def made(round_: Round, mark: str) -> dict[str, Job]:
    """Name of a paper with its ending → the job that makes or has made it of these contents."""
    jobs = Job.objects.filter(kind=Job.Kind.PAPER, round=round_, mark=mark).exclude(state=Job.State.FAILED)
    return {job.paper: job for job in jobs.order_by("pk")}
