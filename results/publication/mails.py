"""The mail of a publication."""

from django.urls import reverse

from cchc_index.lib.days import letter_day
from cchc_index.lib.numbers import vn
from results.book import BookLine, parse_bundle, slug
from results.models import Publication
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, Unit, User
from units.queries import people_of


def tell_publication(publication: Publication) -> mail.Posted:
    """Tell the head of every ranked unit, with the unit's index and rank. Three queries."""
    return mail.post_all([(_letter(publication, unit, row), person) for unit, row, person in heads_of(publication)])


def heads_of(publication: Publication) -> list[tuple[Unit, BookLine, User]]:
    """The heads of the units that a publication ranks, each with the unit's line. Two queries."""
    book = parse_bundle(publication.bundle)
    rows = {(block.code, row.unit): row for block in book.blocks for row in block.rows}
    units = Unit.objects.filter(group__code__in={block.code for block in book.blocks}).select_related("group")
    ranked = {unit.pk: unit for unit in units.order_by("pk") if (unit.group.code, unit.code) in rows}
    people = people_of(ranked, Role.UNIT_HEAD)
    return [
        (unit, rows[unit.group.code, unit.code], person) for pk, unit in ranked.items() for person in people.get(pk, [])
    ]


def tell_signers(publication: Publication, proposer: User, approver: User) -> mail.Posted:
    """Tell both managers in whose name the command line published."""
    year = publication.round.year
    letter = Letter(
        event=f"results.signed:{publication.pk}",
        subject=f"Chỉ số CCHC năm {year} được công bố bằng dòng lệnh",
        paragraphs=[
            f"Chỉ số CCHC năm {year} được công bố bằng dòng lệnh, theo Quyết định số {publication.number}.",
            f"Người đề nghị: {proposer}; người duyệt: {approver}.",
            "Nếu Ông/Bà không đề nghị hoặc không duyệt, đề nghị báo ngay cho Sở Nội vụ.",
        ],
        path=reverse("results:proposal", args=[publication.pk]),
        illustrative=publication.round.illustrative,
    )
    return mail.post(letter, [proposer, approver])


def _letter(publication: Publication, unit: Unit, row: BookLine) -> Letter:
    year = publication.round.year
    of = f"theo Quyết định số {publication.number} ngày {letter_day(publication.dated)} của UBND thành phố Hà Nội"
    place = [year, slug(publication.number), unit.group.code, unit.code]
    return Letter(
        event=f"results.publish:{publication.pk}:{unit.pk}",
        subject=f"Đã công bố Chỉ số CCHC năm {year}: kết quả của {unit}",
        paragraphs=[
            f"Chỉ số cải cách hành chính năm {year} đã được công bố {of}.",
            f"{unit}: {_result(row)}.",
            f"Nội dung đính chính: {publication.errata}" if publication.errata else "",
        ],
        path=reverse("results:publication-unit", args=place),
        illustrative=publication.round.illustrative,
    )


def _result(row: BookLine) -> str:
    parts = [f"chỉ số {vn(row.index)}%" if row.index is not None else "", f"hạng {row.rank}" if row.rank else ""]
    return ", ".join(part for part in parts if part) or "chưa xếp hạng"
