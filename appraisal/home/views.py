"""The council's first page: what is assigned with its progress, and for a manager the releases of every block."""

import functools
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from appraisal.core.queries.cells import CellCounts
from appraisal.core.views.place import Place, check_desk, places
from appraisal.releases.views import StageStep, stage_steps
from appraisal.review.grid import table
from appraisal.rules import reach
from cchc_index.lib import sealed_cache
from cchc_index.lib.programs import source_digest
from units import rules as people
from units.models import Unit

from . import markup


@dataclass(frozen=True)
class Summary:
    """What a person sees of a block on the first page, as it can be kept."""

    stamp: str
    counts: CellCounts
    submitted: int
    measured: int
    unit_rows: SafeString
    criterion_rows: SafeString
    following: str

    def packed(self) -> dict[str, object]:
        """As JSON takes it."""
        return {**vars(self), "counts": asdict(self.counts)}


def _unpacked(stored: Any, stamp: str) -> Summary | None:
    """What `Summary.packed` made; None when it was under another stamp."""
    if stored is None or stored["stamp"] != stamp:
        return None
    markup = {name: mark_safe(stored[name]) for name in ("unit_rows", "criterion_rows")}
    return Summary(**{**stored, **markup, "counts": CellCounts(**stored["counts"])})


@dataclass(frozen=True)
class Block:
    """One block on the first page."""

    place: Place
    summary: Summary
    stages: list[StageStep]

    @property
    def blind_address(self) -> str:
        """Which leaves two members judge, and what waits for the second."""
        return self.place.address("blind")

    @property
    def consistency_address(self) -> str:
        """Whether like cases were judged alike."""
        return self.place.address("consistency")

    @property
    def batches_address(self) -> str:
        """The person's own bulk recognitions; nothing where they make none."""
        bulk = self.place.is_appraising and self.place.scope.parts
        return self.place.address("batches") if bulk else ""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Assignments with progress for a member; every block with its releases for a manager."""
    user = check_desk(request)
    is_manager = people.is_index_manager(user)
    blocks = [_block(here, is_manager=is_manager) for here in places(request)]
    return render(
        request,
        "appraisal/home/home.html",
        {
            "blocks": blocks,
            "is_manager": is_manager,
            "reads_all": reach.reads_all(user),
            "may_declare": people.is_council_member(user) or is_manager,
        },
    )


def _block(here: Place, *, is_manager: bool) -> Block:
    return Block(here, _summary_of(here), stage_steps(here) if is_manager else [])


def _summary_of(here: Place) -> Summary:
    """As it was last made for somebody with the same rights, while nothing it depends on has changed."""
    whose = hashlib.sha256(repr((here.holdings, people.is_index_manager(here.user))).encode()).hexdigest()
    key, stamp = f"appraisal-home-{_made_by()}-{here.round_group.pk}-{whose}", table.stamp_of(here)
    if (last := _unpacked(sealed_cache.get(key), stamp)) is not None:
        return last
    made = _summary(here, stamp)
    if not here.blind:  # what somebody said without deciding leaves no trace in the stamp
        sealed_cache.put(key, made.packed())
    return made


@functools.cache
def _made_by() -> str:
    return source_digest(sys.modules[__name__], sealed_cache, markup, table)[:16]


def _summary(here: Place, stamp: str) -> Summary:
    """Counted from the kept lines: every block whole, on the page that everybody opens first."""
    view = table.Selection(here)
    seen = {unit: columns for unit in here.units if (columns := view.shown(unit))}
    at_unit = {unit: [view.matrix.lines[unit.pk].kinds[n] for n in columns] for unit, columns in seen.items()}
    at_leaf: list[list[int]] = [[] for _ in here.leaves]
    for unit, columns in seen.items():
        for n, kind in zip(columns, at_unit[unit], strict=True):
            at_leaf[n].append(kind)
    tally, legend = view.matrix.tally, view.matrix.legend
    unit_address, leaf_address = here.addresses("unit"), here.addresses("criterion")
    submitted = {unit: legend[kinds[0]].submitted for unit, kinds in at_unit.items()}
    return Summary(
        stamp=stamp,
        counts=tally([kind for kinds in at_unit.values() for kind in kinds]),
        submitted=sum(submitted.values()),
        measured=len(seen),
        unit_rows=markup.unit_rows(
            (unit, unit_address(unit.code), tally(kinds), submitted[unit]) for unit, kinds in at_unit.items()
        ),
        criterion_rows=markup.criterion_rows(
            (leaf, leaf_address(leaf.code), tally(kinds))
            for leaf, kinds in zip(here.leaves, at_leaf, strict=True)
            if kinds
        ),
        following=_following(here, view, seen),
    )


def _following(here: Place, view: table.Selection, seen: Mapping[Unit, Sequence[int]]) -> str:
    """The first cell that waits for this person."""
    if here.stage is None or not (here.scope.parts or here.is_meeting):
        return ""
    pending = view.matrix.those(lambda kind: kind.pending)
    for unit, columns in seen.items():
        kinds = view.matrix.lines[unit.pk].kinds
        for n in columns:
            if kinds[n] in pending and here.may_judge(unit, here.leaves[n]):
                return here.address("cell", unit.code, here.leaves[n].code)
    return ""
