"""The frame of every page: the round in view, its stage, whether the data is illustrative, the tabs."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from appraisal.rules import verifying
from cchc_index.lib import clock
from criteria import course, queries
from criteria.models import Round, Stage
from selfassess.roundpapers.queries import new_for
from units import rules as people
from units.models import Role


@dataclass(frozen=True)
class Tab:
    name: str
    label: str


PUBLIC_TABS = (
    Tab("results:ranking", "Xếp hạng"),
    Tab("results:method", "Cách tính"),
    Tab("results:data", "Dữ liệu mở"),
)
STEER = Tab("results:control", "Điều hành")
APPRAISAL = Tab("appraisal:home", "Thẩm định")
ROLE_TABS: dict[str, tuple[Tab, ...]] = {
    Role.UNIT_OFFICER: (Tab("selfassess:home", "Tự đánh giá"), Tab("appraisal:replies", "Giải trình")),
    Role.UNIT_HEAD: (Tab("selfassess:home", "Tự đánh giá"), Tab("appraisal:replies", "Giải trình")),
    Role.COUNCIL_MEMBER: (APPRAISAL,),
    Role.SURVEY_OPERATOR: (Tab("surveys:home", "Điều tra xã hội học"),),
    Role.INDEX_MANAGER: (STEER, APPRAISAL),
    Role.OBSERVER: (STEER, APPRAISAL),
}


PAPERS = Tab("roundpapers:home", "Văn bản")
VERIFYING = Tab("council:verifying", "Kiểm chứng")
PREPARING, PEOPLE = Tab("preparing:home", "Chuẩn bị kỳ"), Tab("people:list", "Người dùng")
CONFIRMING = Tab("people:proposals", "Vai trò chờ xác nhận")
ROLE_STAGES = {
    Role.UNIT_OFFICER: (Stage.Kind.SELF_ASSESSMENT, Stage.Kind.REPLY),
    Role.UNIT_HEAD: (Stage.Kind.SELF_ASSESSMENT, Stage.Kind.REPLY),
    Role.COUNCIL_MEMBER: (Stage.Kind.APPRAISAL,),
    Role.SURVEY_OPERATOR: (Stage.Kind.SURVEY,),
}
"""The stages a role works in: their deadline stands in the bar when several are open."""


def tabs_for(user: people.AnyUser) -> list[Tab]:
    """The few places of the person's roles, then the public ones; each once."""
    roles = people.grants(user).roles
    own = [tab for role in Role.values if role in roles for tab in ROLE_TABS.get(role, ())]
    own += [PAPERS] if own else []
    if Role.INDEX_MANAGER not in roles and getattr(user, "is_superuser", False):
        own += [PREPARING, PEOPLE]  # the first administrator, before any role exists
    if not own and people.confirmable_roles(user):
        own = [CONFIRMING]  # of the first two managers, who confirm each other
    return list(dict.fromkeys([*own, *PUBLIC_TABS]))


def _asks_the_council(user: people.AnyUser, current: Round) -> bool:
    """Whether the phase may have passed with a release, or the person's agency may have something to verify. A meeting
    without hours follows the release before it, which those outside are not told."""
    if verifying.agencies_of(user):
        return True
    follows, at = (*course.DECIDING, Stage.Kind.REPLY), clock.now()
    open_now = [stage for stage in current.stages.all() if stage.kind in follows and stage.is_open(at)]
    return any(stage.is_set or user.is_authenticated for stage in open_now)


def current_tab(request: HttpRequest, tabs: list[Tab]) -> Tab | None:
    """The tab a page belongs to: the one with the longest address over it. The council's pages stand under *Điều hành*;
    whoever has no such tab comes to them from *Thẩm định*."""
    over = {tab: len(address) for tab in tabs if request.path.startswith(address := reverse(tab.name))}
    if over:
        return max(over, key=over.__getitem__)
    match = request.resolver_match
    return APPRAISAL if match and "council" in match.namespaces and APPRAISAL in tabs else None


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor. Three queries at most, a fourth where a page shows the new documents; error pages without a
    user get the bare frame."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    current, tabs = queries.round_in_view(request), tabs_for(user)
    place = verifying.place_in_year(user, current) if current and _asks_the_council(user, current) else None
    if place and place.verifies:
        tabs.insert(next((n for n, tab in enumerate(tabs) if tab in (PAPERS, *PUBLIC_TABS)), 0), VERIFYING)
    kinds = {kind for role in people.grants(user).roles for kind in ROLE_STAGES.get(Role(role), ())}
    return {
        "frame_round": current,
        "frame_stage": place.phase(kinds) if place else queries.stage_now(current, kinds),
        "frame_tabs": tabs,
        "frame_tab": current_tab(request, tabs),
        "frame_year": queries.year_to_carry(request),
        "frame_steers": STEER in tabs,
        "frame_new_papers": SimpleLazyObject(lambda: new_for(user, current) if current else []),
        "frame_viewing": getattr(request, "viewed_by", None),
        "frame_roles": [Role(role).label for role in Role.values if role in people.grants(user).roles],
    }
