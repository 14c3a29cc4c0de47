"""Paper ballots: two people type, a third one settles, the bundle goes in as a file does; and what is kept of it."""

import io
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria import published
from criteria.models import RoundGroup, Stage
from surveys.assent import actions as assent
from surveys.batches import actions as batches
from surveys.ledger import check
from surveys.models import Ballot, BallotPicture, ImportBatch, PaperBundle, SurveyRequest, TypedBallot
from surveys.paper import actions, rules
from surveys.paper.comparing import CODE, TypedRow, decided, differences
from surveys.paper.queries import typings_of
from surveys.planning.queries import is_frozen
from surveys.requests import actions as requests
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.auditlog.models import LogEntry
from units.models import Role, Unit, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db

Typed = Sequence[tuple[str, int, int]]
PAPER: Typed = (("P1", 1, 2), ("P2", 3, 4), ("P3", 2, 0))


class Office:
    """A block with one group, two typists and a third person."""

    def __init__(self) -> None:
        self.block = surveyed_round()
        self.group = asked_group(self.block, code="dan", name="Người dân", position=1, max_blank_share=1)
        self.an, self.binh = person(Role.SURVEY_OPERATOR), person(Role.SURVEY_OPERATOR)
        self.chi = person(Role.INDEX_MANAGER)

    def bundle(self, ballots: int = 3, *, coded: bool = True, unit: str = "SNV") -> PaperBundle:
        return actions.give_bundle(
            actor=self.chi,
            group_id=self.group.pk,
            unit_id=Unit.objects.get(code=unit).pk,
            ballots=ballots,
            coded=coded,
            first_id=self.an.pk,
            second_id=self.binh.pk,
        )

    def type(self, typist: User, bundle: PaperBundle, ballots: Typed = PAPER, *, send: bool = True) -> None:
        for at, (code, *answers) in enumerate(ballots, start=1):
            actions.type_ballot(actor=typist, bundle_id=bundle.pk, position=at, code=code, answers=bytes(answers))
        if send:
            actions.send_typing(actor=typist, bundle_id=bundle.pk)

    def ready(self, ballots: Typed = PAPER, *, coded: bool = True) -> PaperBundle:
        bundle = self.bundle(len(ballots), coded=coded)
        self.type(self.an, bundle, ballots)
        self.type(self.binh, bundle, ballots)
        return bundle


@pytest.fixture
def office() -> Office:
    return Office()


def phase(block: RoundGroup, *, closes_in_days: int) -> None:
    hours = {
        "opens_at": clock.now() - timedelta(days=9),
        "closes_at": clock.now() + timedelta(days=closes_in_days),
    }
    plain = {"name": "survey", "title": "Điều tra", "position": 1}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=plain | hours)


# --- two typings, field by field -----------------------------------------------------------------------


def test_two_typings_are_compared_field_by_field() -> None:
    first = {1: TypedRow("P1", bytes([1, 2])), 2: TypedRow("P2", bytes([3, 4]))}
    second = {1: TypedRow("p 1", bytes([1, 0])), 2: TypedRow("P7", bytes([3, 4]))}
    assert differences(first, second) == {1: [1], 2: [CODE]}
    assert decided(first, second, {1: TypedRow("P1", bytes([1, 2]))}) is None
    settled = {1: TypedRow("P1", bytes([1, 0])), 2: TypedRow("P2", bytes([3, 4]))}
    assert decided(first, second, settled) == settled


def test_a_bundle_typed_alike_becomes_ballots_and_the_typed_rows_go(office: Office) -> None:
    bundle = office.ready()
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    assert (batch.state, batch.counts["rows"]) == (ImportBatch.State.CHECKED, 3)
    assert TypedBallot.objects.count() == 6  # until the batch is in
    batches.commit_batch(actor=office.chi, batch_id=batch.pk)
    assert {(b.code, bytes(b.answers)) for b in Ballot.objects.all()} == {
        ("P1", b"\1\2"),
        ("P2", b"\3\4"),
        ("P3", b"\2\0"),
    }
    assert not TypedBallot.objects.exists()
    bundle.refresh_from_db()
    assert bundle.counts == {"fields": 9, "differences": 0, "against_first": 0, "against_second": 0}
    assert list(check(files=False)) == []


def test_a_third_person_settles_what_differs(office: Office) -> None:
    bundle = office.bundle()
    office.type(office.an, bundle, (("P1", 1, 2), ("P2", 3, 4), ("P8", 2, 0)))
    office.type(office.binh, bundle, (("P1", 1, 2), ("P2", 3, 1), ("P3", 2, 0)))
    with pytest.raises(Refused, match="chưa có tập phiếu nào đã thống nhất"):
        actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    actions.settle_ballot(actor=office.chi, bundle_id=bundle.pk, position=2, chosen={1: "2"})  # neither of the two
    actions.settle_ballot(actor=office.chi, bundle_id=bundle.pk, position=3, chosen={CODE: "P3"})
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    batches.commit_batch(actor=office.chi, batch_id=batch.pk)
    assert bytes(Ballot.objects.get(code="P2").answers) == b"\3\2"
    bundle.refresh_from_db()
    assert bundle.counts == {"fields": 9, "differences": 2, "against_first": 2, "against_second": 1}
    entry = LogEntry.objects.get(verb="surveys.join_bundles")
    assert (entry.after or {})["bundles"][0]["settled_by"] == [office.chi.pk]
    assert "P2" not in str(entry.after)


@pytest.mark.parametrize("chosen", [{}, {1: "7"}, {1: "một"}, {1: "00012"}])
def test_a_decision_is_one_of_the_questions_answers(office: Office, chosen: dict[int, str]) -> None:
    bundle = office.bundle(1)
    office.type(office.an, bundle, (("P1", 1, 2),))
    office.type(office.binh, bundle, (("P1", 1, 3),))
    with pytest.raises(Refused):
        actions.settle_ballot(actor=office.chi, bundle_id=bundle.pk, position=1, chosen=chosen)
    assert typings_of([bundle])[bundle.pk].waiting == [1]


# --- two people are two people --------------------------------------------------------------------------


def test_one_person_is_not_given_both_typings(office: Office) -> None:
    bundle = office.bundle()
    office.binh = office.an
    with pytest.raises(Refused, match="hai người khác nhau"):
        office.bundle()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperBundle.objects.filter(pk=bundle.pk).update(second_typist=bundle.first_typist_id)


def test_a_typist_settles_nothing_of_the_own_bundle(office: Office) -> None:
    bundle = office.bundle(1)
    office.type(office.an, bundle, (("P1", 1, 2),))
    office.type(office.binh, bundle, (("P1", 1, 3),))
    for typist in (office.an, office.binh):
        with pytest.raises(PermissionDenied):
            actions.settle_ballot(actor=typist, bundle_id=bundle.pk, position=1, chosen={1: "3"})
        assert not rules.settled_by(typist).exists()
    with pytest.raises(PermissionDenied):
        actions.type_ballot(actor=office.chi, bundle_id=bundle.pk, position=1, code="P1", answers=b"\1\1")


@pytest.mark.parametrize("role", [Role.INDEX_MANAGER, Role.SURVEY_OPERATOR, Role.OBSERVER, Role.COUNCIL_MEMBER])
def test_the_predicates_and_the_querysets_agree(office: Office, role: Role) -> None:
    bundle, other = office.bundle(), person(role)
    for user in (office.an, office.binh, office.chi, other):
        assert (rules.typing_of(user, bundle) is not None) == rules.typed_by(user).exists()
        assert rules.may_settle(user, bundle) == rules.settled_by(user).exists()


def test_the_second_never_sees_what_the_first_typed(office: Office, client: Client) -> None:
    bundle = office.bundle(1)
    office.type(office.an, bundle, (("BIMAT77", 4, 4),))
    client.force_login(office.binh)
    ballot = reverse("surveys:paper-ballot", args=[bundle.pk, 1])
    for address in (
        ballot,
        reverse("surveys:bundle", args=[bundle.pk]),
        reverse("surveys:paper", args=[office.block.pk]),
    ):
        page = client.get(address).content.decode()
        assert "BIMAT77" not in page
        assert not re.search(r'<input\b(?![^>]*type="hidden")[^>]*\bvalue="4"', page)  # a select lists units and people
    client.post(ballot, {"code": "P1", "answer-0": "4", "answer-1": "3"})
    client.post(reverse("surveys:send-typing", args=[bundle.pk]))
    assert client.get(reverse("surveys:paper-compare", args=[bundle.pk, 1])).status_code == 404
    client.force_login(office.chi)
    assert "BIMAT77" in client.get(reverse("surveys:paper-compare", args=[bundle.pk, 1])).content.decode()


def test_a_typing_handed_on_is_begun_again(office: Office) -> None:
    bundle, dung = office.bundle(), person(Role.SURVEY_OPERATOR)
    office.type(office.an, bundle, PAPER[:1], send=False)
    actions.hand_typing(actor=office.chi, bundle_id=bundle.pk, typing=1, user_id=dung.pk)
    assert not TypedBallot.objects.exists()
    with pytest.raises(PermissionDenied):
        office.type(office.an, bundle)
    with pytest.raises(Refused, match="hai người khác nhau"):
        actions.hand_typing(actor=office.chi, bundle_id=bundle.pk, typing=1, user_id=office.binh.pk)


# --- typing -------------------------------------------------------------------------------------------


def test_typing_goes_on_where_it_was_left(office: Office, client: Client) -> None:
    bundle = office.bundle()
    client.force_login(office.an)
    first = reverse("surveys:paper-ballot", args=[bundle.pk, 1])
    answer = client.post(first, {"code": "P1", "answer-0": "1", "answer-1": ""})
    assert answer["Location"] == reverse("surveys:paper-ballot", args=[bundle.pk, 2])
    assert "Nhập phiếu thứ 2" in client.get(reverse("surveys:bundle", args=[bundle.pk])).content.decode()
    assert 'value="P1"' in client.get(first).content.decode()
    with pytest.raises(Refused, match="Còn 2 phiếu chưa nhập: phiếu thứ 2, 3"):
        actions.send_typing(actor=office.an, bundle_id=bundle.pk)


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"code": "", "answer-0": "1"}, "Nhập mã in trên phiếu"),
        ({"code": "P1", "answer-0": "9"}, "không có mức “9”"),
        ({"code": "P1", "answer-0": "tốt"}, "không có mức “tốt”"),
        ({"code": "P1", "answer-0": "0001999"}, "không có mức “0001999”"),
        ({"code": "0912345678", "answer-0": "1"}, "số điện thoại hoặc họ tên"),
        ({"code": "Nguyễn Văn An", "answer-0": "1"}, "số điện thoại hoặc họ tên"),
        ({"code": "P9", "answer-0": "1"}, "đã nhập ở phiếu thứ 2"),
        ({"code": "P" * 61, "answer-0": "1"}, "không quá 60 ký tự"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence_and_stays_typed(
    office: Office, client: Client, posted: dict[str, str], words: str
) -> None:
    bundle = office.bundle()
    actions.type_ballot(actor=office.an, bundle_id=bundle.pk, position=2, code="p 9", answers=b"\1\1")
    client.force_login(office.an)
    answer = client.post(reverse("surveys:paper-ballot", args=[bundle.pk, 1]), {"answer-1": "3", **posted})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="3"' in answer.content.decode()
    assert TypedBallot.objects.count() == 1


def test_what_is_sent_is_taken_back_only_before_the_other_sends(office: Office) -> None:
    bundle = office.bundle()
    office.type(office.an, bundle)
    with pytest.raises(Refused, match="đã gửi, không sửa được"):
        office.type(office.an, bundle, send=False)
    actions.take_typing_back(actor=office.an, bundle_id=bundle.pk)
    office.type(office.an, bundle)
    office.type(office.binh, bundle)
    with pytest.raises(Refused, match="Cả hai lượt nhập đã gửi"):
        actions.take_typing_back(actor=office.an, bundle_id=bundle.pk)
    actions.return_typing(actor=office.chi, bundle_id=bundle.pk, typing=1)
    office.type(office.an, bundle, (("P1", 4, 4), *PAPER[1:]))
    assert typings_of([bundle])[bundle.pk].waiting == [1]


# --- the same rules as a file's --------------------------------------------------------------------------


def test_a_ballot_that_came_in_a_file_is_known_again_on_paper(office: Office) -> None:
    rows = ballot_rows(("P2", "SNV", 1, 1))
    batches.import_ballots(actor=None, round_group_id=office.block.pk, respondents="dan", source=csv_file(rows))
    office.ready()
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    assert batch.state == ImportBatch.State.REFUSED  # the same code with other answers
    batches.discard_batch(actor=office.chi, batch_id=batch.pk)
    bundle = PaperBundle.objects.get()
    assert bundle.batch is None
    assert TypedBallot.objects.count() == 6
    actions.return_typing(actor=office.chi, bundle_id=bundle.pk, typing=1)


def test_the_plans_rules_count_for_paper_too(office: Office) -> None:
    office.group.questionnaire.refuse_straight_line = True
    office.group.questionnaire.straight_line_from = 2
    office.group.questionnaire.save()
    office.ready((("P1", 1, 1), ("P2", 1, 2), ("P3", 0, 0)))
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    assert batch.counts["invalid"] == {"empty": 1, "straight_line": 1}


def test_ballots_without_a_code_are_known_by_their_bundle(office: Office) -> None:
    bundle = office.ready((("", 1, 1), ("", 1, 1)), coded=False)
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    batches.commit_batch(actor=office.chi, batch_id=batch.pk)
    assert set(Ballot.objects.values_list("code", flat=True)) == {f"TP{bundle.pk}-1", f"TP{bundle.pk}-2"}


def test_a_closed_phase_takes_no_bundle_and_no_batch(office: Office) -> None:
    phase(office.block, closes_in_days=1)
    office.ready()
    phase(office.block, closes_in_days=-1)
    with pytest.raises(Refused, match="đã đóng"):
        actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    with pytest.raises(Refused, match="đã đóng"):
        office.bundle()
    assert TypedBallot.objects.count() == 6


def test_late_paper_counts_when_two_people_say_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.ready()
    monkeypatch.setitem(published._readers, "results", lambda round_id: True)
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    with pytest.raises(Refused, match="hai người"):
        batches.commit_batch(actor=office.chi, batch_id=batch.pk)
    row = assent.propose_request(
        actor=office.an, batch_id=batch.pk, kind=SurveyRequest.Kind.COMMIT, reason="Tập phiếu về sau ngày công bố"
    )
    with pytest.raises(Refused, match="khác người đề nghị"):
        requests.confirm(actor=office.an, request_id=row.pk)
    assert (Ballot.objects.count(), TypedBallot.objects.count()) == (0, 6)
    requests.confirm(actor=office.chi, request_id=row.pk)
    assert (Ballot.objects.count(), TypedBallot.objects.count()) == (3, 0)
    assert list(check()) == []


def test_a_bundle_freezes_the_plan(office: Office) -> None:
    assert not is_frozen(office.block)
    office.bundle()
    assert is_frozen(office.block)


def test_a_bundle_is_dropped_until_it_is_a_batch(office: Office) -> None:
    actions.drop_bundle(actor=office.chi, bundle_id=office.bundle().pk)
    bundle = office.ready()
    actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    with pytest.raises(Refused, match="đã lập lần nhập"):
        actions.drop_bundle(actor=office.chi, bundle_id=bundle.pk)
    with pytest.raises(Refused, match="chưa có tập phiếu nào"):
        actions.join_bundles(actor=office.chi, group_id=office.group.pk)


# --- what is kept ---------------------------------------------------------------------------------------


def camera_picture() -> bytes:
    picture, exif, out = Image.new("RGB", (2400, 800), "white"), Image.Exif(), io.BytesIO()
    exif[0x0132] = "2026:11:29 08:15:42"  # DateTime
    exif[0x010F] = "MAY-ANH-CUA-AN"  # Make
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_picture_stands_beside_without_hour_and_camera_and_goes(office: Office, client: Client) -> None:
    bundle = office.bundle(1)
    office.type(office.an, bundle, (("P1", 1, 2),))
    office.type(office.binh, bundle, (("P1", 1, 3),))
    client.force_login(office.chi)
    address = reverse("surveys:paper-add-picture", args=[bundle.pk, 1])
    client.post(address, {"picture": SimpleUploadedFile("phieu.jpg", camera_picture())})
    shown = client.get(reverse("surveys:paper-picture", args=[bundle.pk, 1])).content
    assert b"MAY-ANH" not in shown
    assert b"2026:11:29" not in shown
    assert max(Image.open(io.BytesIO(shown)).size) == 1600
    client.force_login(office.an)
    assert client.get(reverse("surveys:paper-picture", args=[bundle.pk, 1])).status_code == 404
    actions.settle_ballot(actor=office.chi, bundle_id=bundle.pk, position=1, chosen={1: "2"})
    batch = actions.join_bundles(actor=office.chi, group_id=office.group.pk)
    batches.commit_batch(actor=office.chi, batch_id=batch.pk)
    assert not BallotPicture.objects.exists()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", camera_picture()[:400]], ids=["nothing", "PDF", "cut short"])
def test_what_is_no_picture_is_refused(office: Office, data: bytes) -> None:
    bundle = office.bundle(1)
    office.type(office.an, bundle, (("P1", 1, 2),))
    office.type(office.binh, bundle, (("P1", 1, 3),))
    with pytest.raises(Refused, match="không phải ảnh"):
        actions.add_picture(actor=office.chi, bundle_id=bundle.pk, position=1, data=data)


def test_no_hour_of_typing_is_kept(office: Office) -> None:
    before = LogEntry.objects.count()
    office.ready()
    assert LogEntry.objects.count() - before == 1  # that the bundle was given
    hours = (models.DateTimeField, models.DateField, models.TimeField)
    for record in (PaperBundle, TypedBallot, BallotPicture):
        assert not any(isinstance(column, hours) for column in record._meta.fields)


def test_the_page_of_bundles_asks_no_more_for_more_bundles(office: Office, client: Client) -> None:
    client.force_login(office.chi)
    address = reverse("surveys:paper", args=[office.block.pk])
    office.ready()
    client.get(address)
    few = queries_of(client, address)
    for unit in ("SNV", "STC", "STC"):
        office.type(office.an, office.bundle(unit=unit))
    assert queries_of(client, address) == few


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.COUNCIL_MEMBER])
def test_others_type_nothing(office: Office, client: Client, role: Role) -> None:
    bundle, other = office.bundle(), person(role)
    client.force_login(other)
    for name, args in (
        ("send-typing", [bundle.pk]),
        ("drop-bundle", [bundle.pk]),
        ("hand-typing", [bundle.pk, 1]),
        ("return-typing", [bundle.pk, 1]),
        ("join-bundles", [office.group.pk]),
        ("paper-ballot", [bundle.pk, 1]),
    ):
        assert client.post(reverse(f"surveys:{name}", args=args)).status_code == 403
    assert client.get(reverse("surveys:paper", args=[office.block.pk])).status_code == (
        200 if role == Role.OBSERVER else 403
    )
    assert PaperBundle.objects.count() == 1
