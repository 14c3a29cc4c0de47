"""On what each published point rests: read as it stands, published only where a manager says so, and nothing more."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, attach, council, document
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results import bundle, verify
from results.book import read_bundle
from results.grounds.actions import show_grounds
from results.grounds.queries import grounds
from results.grounds.tables import grounds_of, rule_of
from results.grounds.words import may_name_somebody
from results.models import Publication
from results.publication import actions as publications
from results.publication import queries as publication_queries
from results.tests import bundles
from results.tests.factories import block, give, signed
from results.tests.published import publish
from selfassess.models import SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db

REASON, ABSTRACT = bundles.REASON, bundles.ABSTRACT


class TestWhatIsRead:
    @pytest.fixture
    def case(self) -> Council:
        return council()

    def lower(self, case: Council) -> None:
        decisions.adjust(
            actor=case.member,
            **case.cell(),
            points=Decimal(1),
            reason_id=case.reason.pk,
            comment="Ông A thấy thiếu số liệu.",
            seen_version=0,
        )

    def test_reason_and_titles_of_a_cell(self, case: Council) -> None:
        self.lower(case)
        cell = case.cell()
        score = SelfScore.objects.get(assessment__unit_id=cell["unit_id"], criterion_id=cell["criterion_id"])
        attach(score, document(score.assessment.unit, case.member))
        entry = next(e for e in grounds(case.round_group)["entries"] if e["unit"] == score.assessment.unit.code)
        assert (entry["criterion"], entry["reason"]) == (score.criterion.code, case.reason.text)
        assert [sorted(title) for title in entry["documents"]] == [["abstract", "date", "number"]]
        assert entry["documents"][0]["number"] == "12/BC-THU"

    def test_no_comment_and_no_name_of_a_member(self, case: Council) -> None:
        self.lower(case)
        told = json.dumps(grounds(case.round_group), ensure_ascii=False)
        assert case.reason.text in told
        assert "Ông A" not in told
        assert str(case.member) not in told

    def test_what_was_taken_back_gives_no_reason(self, case: Council) -> None:
        self.lower(case)
        undo.undo(actor=case.member, **case.cell(), seen_version=1)
        assert case.reason.text not in json.dumps(grounds(case.round_group), ensure_ascii=False)

    def test_queries_do_not_grow(self, case: Council) -> None:
        with CaptureQueriesContext(connection) as before:
            grounds(case.round_group)
        self.lower(case)
        with CaptureQueriesContext(connection) as after:
            grounds(case.round_group)
        assert len(after) == len(before) == 4


class TestTheSwitch:
    @pytest.fixture
    def round_group(self) -> RoundGroup:
        round_group = block("A", "B")
        give(round_group, {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}})
        return round_group

    @pytest.fixture
    def manager(self) -> User:
        return person(Role.INDEX_MANAGER)

    def propose(self, actor: User, round_group: RoundGroup) -> Publication:
        dated = date(2032, 3, 1)
        return publications.propose(actor=actor, round_id=round_group.round_id, number="12/QĐ-UBND", dated=dated)

    def test_nothing_is_told_at_first(self, round_group: RoundGroup, manager: User) -> None:
        groups = publication_queries.bundle_of(self.propose(manager, round_group))["groups"]
        assert not round_group.round.shows_grounds
        assert "grounds" not in groups[0]

    def test_a_publication_tells_what_the_manager_lets_it(self, round_group: RoundGroup, manager: User) -> None:
        assert show_grounds(actor=manager, round_id=round_group.round_id, shows=True)
        proposal = self.propose(manager, round_group)
        frozen = publication_queries.bundle_of(proposal)
        assert frozen["groups"][0]["grounds"] == {"rules": [], "entries": []}
        assert (bundle.verify(proposal.bundle), verify.problems(proposal.bundle.encode())) == ([], [])
        published = publications.approve(actor=person(Role.INDEX_MANAGER), publication_id=proposal.pk)
        assert not publication_queries.changed_since(published)

    def test_on_and_off_again_leaves_every_byte(self, round_group: RoundGroup, manager: User) -> None:
        before = bundle.text_of(publication_queries.preview_bundle(round_group.round))
        for shows in (True, False):
            show_grounds(actor=manager, round_id=round_group.round_id, shows=shows)
            round_group.round.refresh_from_db()
        assert bundle.text_of(publication_queries.preview_bundle(round_group.round)) == before

    def test_it_is_logged_once(self, round_group: RoundGroup, manager: User) -> None:
        done = [show_grounds(actor=manager, round_id=round_group.round_id, shows=True) for _ in range(2)]
        assert done == [True, False]
        entry = LogEntry.objects.get(verb="round.grounds")
        assert (entry.actor, (entry.after or {})["shows_grounds"]) == (manager, True)

    def test_nobody_else_switches(self, round_group: RoundGroup) -> None:
        with pytest.raises(PermissionDenied):
            show_grounds(actor=person(Role.OBSERVER), round_id=round_group.round_id, shows=True)

    def test_a_proposal_holds_what_it_says(self, round_group: RoundGroup, manager: User) -> None:
        self.propose(manager, round_group)
        with pytest.raises(Refused, match="12/QĐ-UBND đang chờ duyệt"):
            show_grounds(actor=manager, round_id=round_group.round_id, shows=True)

    def test_other_grounds_since_then_are_a_change(
        self, round_group: RoundGroup, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        show_grounds(actor=manager, round_id=round_group.round_id, shows=True)
        proposal = self.propose(manager, round_group)
        told = {"rules": [{"criterion": "1", "rule": "Có: 65 điểm"}], "entries": []}
        monkeypatch.setattr(publication_queries, "grounds", lambda _block: told)
        with pytest.raises(Refused, match="thay đổi từ khi đề nghị"):
            publications.approve(actor=person(Role.INDEX_MANAGER), publication_id=proposal.pk)

    def test_a_correction_may_take_the_grounds_off(self, round_group: RoundGroup, manager: User) -> None:
        """A name that should not have been read: the numbers stay."""
        show_grounds(actor=manager, round_id=round_group.round_id, shows=True)
        dated = date(2032, 3, 1)
        first = publications.publish(
            round_id=round_group.round_id, number="12/QĐ-UBND", dated=dated, signers=signed("Chờ bản giấy.")
        )
        show_grounds(actor=manager, round_id=round_group.round_id, shows=False)
        second = publications.publish(
            round_id=round_group.round_id,
            number="13/QĐ-UBND",
            dated=dated,
            errata="Bỏ căn cứ của điểm.",
            supersedes=first.number,
            signers=signed("Chờ bản giấy."),
        )
        kept = [publication_queries.bundle_of(p)["groups"][0] for p in (first, second)]
        assert [("grounds" in group) for group in kept] == [True, False]
        assert kept[0]["results"] == kept[1]["results"]


class TestPages:
    UNIT = ("publication-unit", 2031, "123-qd-ubnd", "so", "S01")

    def page(self, client: Client, name: str, *args: object) -> str:
        answer = client.get(reverse(f"results:{name}", args=args))
        assert answer.status_code == 200
        return answer.content.decode()

    def test_a_unit_reads_rule_reason_and_titles_under_its_areas(self, client: Client) -> None:
        publish(bundles.grounded())
        page = self.page(client, *self.UNIT)
        part = page[page.index('id="can-cu"') : page.index('id="co-y-kien"')]
        assert part.count("<h3>") == 3
        for words in ("Có: 1 điểm", REASON, "15/BC-THU, ngày", "01/12/2031", ABSTRACT, "không có tài liệu"):
            assert words in part
        assert "ĐTXHH: không có tài liệu của đơn vị" in part

    def test_where_the_round_does_not_tell_the_page_says_so(self, client: Client) -> None:
        publish()
        page = self.page(client, *self.UNIT)
        assert "kỳ đánh giá không công khai" in page
        assert REASON not in page

    def test_a_criterion_tells_its_rule(self, client: Client) -> None:
        publish(bundles.grounded())
        assert "Có: 1 điểm" in self.page(client, "publication-criterion", 2031, "123-qd-ubnd", "so", "1.1")

    def test_the_manager_reads_all_that_would_be_read(self, client: Client) -> None:
        waiting = publish(bundles.grounded(), state="proposed")
        client.force_login(person(Role.INDEX_MANAGER))
        page = self.page(client, "grounds", 2031)
        assert "đúng những gì sẽ được công khai" in page
        assert page.count(ABSTRACT) == 4  # in each of two blocks: to look at, and in the whole list
        assert "2 tên có thể chỉ ra một người" in self.page(client, "proposal", waiting.pk)

    def test_a_manager_switches_and_an_observer_only_reads(self, client: Client) -> None:
        round_group = block("A")
        client.force_login(person(Role.OBSERVER))
        address = reverse("results:grounds", args=[round_group.round.year])
        assert "<button" not in client.get(address).content.decode().partition("<h1>")[2]
        assert client.post(address, {"open": "1"}).status_code == 403
        client.force_login(person(Role.INDEX_MANAGER))
        client.post(address, {"open": "1"})
        round_group.round.refresh_from_db()
        assert round_group.round.shows_grounds
        prepared = client.get(reverse("preparing:year", args=[round_group.round.year])).content.decode()
        assert "Công bố kèm quy tắc" in prepared

    def test_programs_are_answered_where_it_is_told(self, client: Client) -> None:
        publish(bundles.grounded())
        answer = client.get(reverse("results:api-grounds", args=[2031, "123-qd-ubnd", "so", "S01"]))
        told = answer.json()["grounds"]
        assert [one["criterion"] for one in told] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3"]
        assert (told[0]["rule"], told[0]["reason"]) == ("Có: 1 điểm", REASON)
        assert (told[1]["rule"], told[1]["reason"], told[1]["documents"]) == (None, None, [])

    def test_programs_hear_where_it_is_not(self, client: Client) -> None:
        publish()
        answer = client.get(reverse("results:api-grounds", args=[2031, "123-qd-ubnd", "so", "S01"]))
        assert (answer.status_code, "không công khai" in answer.json()["detail"]) == (404, True)


def test_a_block_without_grounds_has_none() -> None:
    plain = read_bundle(bundles.small()).blocks[0]
    assert (grounds_of(plain, "S01"), rule_of(plain, "1.1")) == (None, "")


@pytest.mark.parametrize(
    ("title", "doubtful"),
    [
        ("Báo cáo của bà Nguyễn Thị Lan", True),
        ("Quyết định khen thưởng đồng chí Trần Văn B", True),
        ("Đơn của công dân Lê C", True),
        ("Điện thoại 0912 345 678", True),
        ("Số định danh 001099012345", True),
        ("Thư lan.nguyen@hanoi.gov.vn", True),
        ("15/BC-SNV Báo cáo công tác cải cách hành chính năm 2024", False),
        ("1234/QĐ-UBND ngày 10/07/2024 về bộ phận một cửa", False),
        ("Kế hoạch tuyên truyền tại bà con các xã", False),
    ],
)
def test_titles_that_may_name_somebody(title: str, doubtful: bool) -> None:
    assert may_name_somebody(title) is doubtful
