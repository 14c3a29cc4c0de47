"""The letter that announces a document of the round."""

from django.urls import reverse

from cchc_index.lib.days import letter_day
from selfassess.models import RoundPaper
from units.mail import actions as mail
from units.mail.letters import Letter

from .queries import concerned


def tell_posted(paper: RoundPaper) -> mail.Posted:
    """Everybody whom it concerns but who posted it."""
    dated = f" ngày {letter_day(paper.issued_on)}" if paper.issued_on else ""
    issuer = f" của {paper.issuer}" if paper.issuer else ""
    letter = Letter(
        event=f"selfassess.paper:{paper.pk}",
        subject=f"Văn bản mới của kỳ {paper.round.year}: {paper.number or paper.abstract}",
        paragraphs=[
            f"Sở Nội vụ vừa đăng {paper.get_kind_display()} {paper.number}{dated}{issuer}.".replace("  ", " "),
            f"Trích yếu: {paper.abstract}",
        ],
        path=reverse("roundpapers:list", args=[paper.round.year]),
        illustrative=paper.round.illustrative,
    )
    return mail.post(letter, [person for person in concerned(paper) if person.pk != paper.posted_by_id])
