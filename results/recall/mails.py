"""The mail of a publication that was taken back."""

from django.urls import reverse

from cchc_index.lib.days import letter_day
from results.book import slug
from results.models import Publication
from results.publication.mails import heads_of
from units.mail import actions as mail
from units.mail.letters import Letter


def tell_recall(publication: Publication) -> mail.Posted:
    """Tell the head of every unit that it ranked. Three queries."""
    year = publication.round.year
    letter = Letter(
        event=f"results.recall:{publication.pk}",
        subject=f"Thu hồi công bố Chỉ số CCHC năm {year}",
        paragraphs=[
            f"Công bố theo Quyết định số {publication.number} ngày {letter_day(publication.dated)} đã được thu hồi.",
            f"Lý do: {publication.recall_reason}",
        ],
        path=reverse("results:publication", args=[year, slug(publication.number)]),
        illustrative=publication.round.illustrative,
    )
    return mail.post_all([(letter, person) for _, _, person in heads_of(publication)])
