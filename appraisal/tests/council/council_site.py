"""A council over the small block: chair and vice-chair, two members, a secretary; all with accounts."""

from dataclasses import dataclass
from datetime import date

from appraisal.council.composition import actions as composition
from appraisal.council.composition.actions import SeatEntry
from appraisal.models import Council as CouncilRow
from appraisal.models import Seat
from appraisal.tests.factories import Council
from units.models import Role, Unit, User
from units.tests.factories import UserFactory, person


@dataclass
class Body:
    """`chair`, `vice`, `member` (from unit DV2), `third` vote; `secretary` and `working` do not."""

    council: CouncilRow
    chair: Seat
    vice: Seat
    member: Seat
    third: Seat
    secretary: Seat
    working: Seat

    @property
    def voting(self) -> list[Seat]:
        return [self.chair, self.vice, self.member, self.third]


def held(council: CouncilRow, kind: str, user: User | None, agency: Unit | None = None) -> Seat:
    entry = SeatEntry(kind, str(user or "Người không có tài khoản"), agency=agency, agency_name="UBND", user=user)
    return composition.seat(actor=None, council_id=council.pk, entry=entry)


def body(case: Council) -> Body:
    round_ = case.round_group.round
    row = composition.compose(
        actor=None, round_id=round_.pk, number="1/QĐ-UBND", dated=date(round_.year, 1, 5), issuer="UBND Thành phố"
    )
    kind = Seat.Kind
    return Body(
        row,
        chair=held(row, kind.CHAIR, person(Role.COUNCIL_MEMBER)),
        vice=held(row, kind.VICE_CHAIR, person(Role.COUNCIL_MEMBER)),
        member=held(row, kind.MEMBER, person(Role.COUNCIL_MEMBER), case.second),
        third=held(row, kind.MEMBER, case.member),
        secretary=held(row, kind.SECRETARY, UserFactory.create()),
        working=held(row, kind.WORKING, UserFactory.create()),
    )


def user_of(seat: Seat) -> User:
    """The holder, as a new request sees them."""
    assert seat.user_id is not None
    return User.objects.get(pk=seat.user_id)
