"""The official frame: exact totals, printed codes, marks on what is illustrative, loading only adds."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model, QuerySet
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib.tests.present import present
from cchc_index.official import files
from cchc_index.official.actions import LoadReport, load_official
from criteria import scoring
from criteria.models import CriteriaSet, Criterion, Decision, Provenance, Round, RoundGroup, Source, Stage
from criteria.queries import units_of
from criteria.tests.factories import CriteriaSetFactory, CriterionFactory, DecisionFactory
from surveys.models import AnswerScale, Ballot, RespondentGroup, Survey
from units.auditlog.models import LogEntry
from units.models import Unit, UnitGroup
from units.tests.factories import UnitFactory, UnitGroupFactory

SETS = [("6677/QĐ-UBND", "so"), ("6677/QĐ-UBND", "huyen"), ("3598/QĐ-UBND", "so"), ("3598/QĐ-UBND", "huyen")]
ASSESSED = {SETS[0]: 69, SETS[1]: 67, SETS[2]: 70, SETS[3]: 70}


@pytest.fixture
def loaded(db: None) -> LoadReport:
    return load_official()


def criteria_of(number: str, group: str) -> QuerySet[Criterion]:
    return Criterion.objects.filter(criteria_set__decision__number=number, criteria_set__group__code=group)


def normal_points(rows: Iterable[Criterion]) -> Decimal:
    return sum((row.max_points for row in rows if row.kind == "normal" and row.is_leaf), Decimal(0))


# --- units and rounds


@pytest.mark.usefixtures("loaded")
def test_units_measured_in_each_year() -> None:
    counts = {
        (block.round.year, block.group.code): units_of(block).count()
        for block in RoundGroup.objects.select_related("round", "group").order_by("pk")
    }
    assert counts == {(2020, "so"): 22, (2020, "huyen"): 30, (2024, "so"): 23, (2024, "huyen"): 30}


@pytest.mark.usefixtures("loaded")
def test_hoa_lac_is_measured_only_in_2024_and_says_that_its_date_is_inferred() -> None:
    unit = Unit.objects.get(code="BQLHL")
    assert unit.valid_from == date(2024, 1, 1)
    assert "suy ra" in unit.doubt
    assert unit not in units_of(RoundGroup.objects.get(round__year=2020, group__code="so"))


@pytest.mark.usefixtures("loaded")
def test_names_that_nobody_verified_say_so_and_every_name_has_a_source() -> None:
    assert Unit.objects.filter(source="").count() == 0
    assert Unit.objects.filter(group__code="so", doubt="").count() == 0
    assert Unit.objects.filter(group__code="huyen").exclude(doubt="").count() == 0


@pytest.mark.usefixtures("loaded")
def test_rounds_stand_as_their_plans_say_without_phases_or_freezing() -> None:
    plans = {r.year: (r.plan_number, r.plan_date, r.assessed_to) for r in Round.objects.order_by("year")}
    assert plans == {
        2020: ("178/KH-UBND", date(2020, 9, 4), date(2020, 11, 30)),
        2024: ("227/KH-UBND", date(2024, 7, 31), date(2024, 12, 31)),
    }
    assert not any(stage.is_set for stage in Stage.objects.all())
    assert not Round.objects.filter(illustrative=True).exists()
    assert not RoundGroup.objects.exclude(frozen_at=None).exists()


# --- criteria


@pytest.mark.usefixtures("loaded")
def test_halves_add_up_to_the_decision() -> None:
    for which in SETS:
        rows = list(criteria_of(*which).order_by("position"))
        assert normal_points(row for row in rows if row.is_self) == ASSESSED[which]
        assert normal_points(row for row in rows if row.is_surveyed) == 100 - ASSESSED[which]


@pytest.mark.usefixtures("loaded")
def test_every_group_is_worth_what_stands_under_it() -> None:
    for which in SETS:
        rows = list(criteria_of(*which).order_by("position"))
        for row in rows:
            children = [child for child in rows if child.parent_id == row.pk]
            assert row.is_leaf == (not children), row
            if children and row.kind == "normal":
                assert row.max_points == sum(child.max_points for child in children), row


@pytest.mark.usefixtures("loaded")
def test_tree_is_consistent_and_in_the_order_of_its_codes() -> None:
    for which in SETS:
        rows = list(criteria_of(*which).select_related("parent").order_by("position"))
        codes = [row.code for row in rows]
        assert len(set(codes)) == len(codes)
        assert codes == sorted(codes, key=lambda code: [int(part) for part in code.split(".")])
        for row in rows:
            assert (row.parent.code if row.parent else "") == row.code.rpartition(".")[0]


@pytest.mark.usefixtures("loaded")
def test_published_leaves_are_official_and_keep_the_code_and_maximum_as_printed() -> None:
    leaves = criteria_of("6677/QĐ-UBND", "huyen").filter(provenance=Provenance.OFFICIAL, is_leaf=True)
    assert leaves.count() == 34
    printed = dict(leaves.values_list("code", "printed_code"))
    assert printed["1.4.3"] == "1.43"
    assert printed["4.4"] == "4.4."
    assert printed["6.1.4"] == "6..1.4"
    assert printed["9.2.3"] == "9.4.3"
    assert leaves.get(code="9.2.3").printed_max == "2,5"
    assert normal_points(leaves.filter(source=Source.SIPAS)) == 10
    assert normal_points(leaves.filter(source=Source.PAPI)) == 3


@pytest.mark.usefixtures("loaded")
def test_row_9_2_is_a_group_and_not_counted_twice() -> None:
    rows = criteria_of("6677/QĐ-UBND", "so").filter(provenance=Provenance.OFFICIAL)
    assert not rows.get(code="9.2").is_leaf
    assert (rows.count(), rows.filter(is_leaf=True).count(), normal_points(rows)) == (32, 31, Decimal(31))


@pytest.mark.usefixtures("loaded")
def test_all_that_is_not_published_is_marked_illustrative() -> None:
    assert not Criterion.objects.filter(source=Source.SELF, provenance=Provenance.OFFICIAL).exists()
    invented = Criterion.objects.filter(criteria_set__decision__number="3598/QĐ-UBND")
    assert not invented.exclude(provenance=Provenance.ILLUSTRATIVE).exists()
    notes = CriteriaSet.objects.order_by("pk").values_list("note", flat=True)
    assert len(notes) == 4
    assert all("minh họa" in note for note in notes)


@pytest.mark.usefixtures("loaded")
def test_bonus_is_capped_below_the_sum_of_its_leaves_and_deductions_stand_apart() -> None:
    for group in ("so", "huyen"):
        rows = criteria_of("3598/QĐ-UBND", group)
        bonus = rows.get(kind="bonus", is_leaf=False)
        assert bonus.max_points < sum(bonus.children.order_by("pk").values_list("max_points", flat=True))
        assert rows.filter(kind="penalty", is_leaf=True).count() == 3


@pytest.mark.usefixtures("loaded")
def test_criteria_of_2024_point_to_the_same_content_of_the_earlier_decision_and_block() -> None:
    linked = Criterion.objects.exclude(previous=None).select_related("criteria_set", "previous__criteria_set__decision")
    assert linked.count() > 80
    for row in linked.order_by("pk"):
        assert present(row.previous).criteria_set.decision.number == "6677/QĐ-UBND"
        assert present(row.previous).criteria_set.group_id == row.criteria_set.group_id
        assert present(row.previous).is_leaf == row.is_leaf


@pytest.mark.usefixtures("loaded")
def test_every_rule_is_sound_every_kind_is_used_and_every_self_leaf_has_guidance() -> None:
    kinds: dict[int, set[str]] = {}
    for leaf in Criterion.objects.filter(source=Source.SELF).order_by("pk"):
        assert scoring.validate(leaf.rule, leaf.max_points) == [], leaf
        assert leaf.guidance, leaf
        kinds.setdefault(leaf.criteria_set_id, set()).add(leaf.rule["kind"])
    every = {"direct", "steps", "yes_no", "bands", "proportional", "formula"}
    assert list(kinds.values()) == [every] * 4


def test_best_figures_reach_the_maximum_and_worst_none_where_the_rule_has_steps_or_bands() -> None:
    for path in sorted(files.FOLDER.glob("criteria_*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            kind = row.get("rule", {}).get("kind")
            if kind in ("steps", "bands"):
                points = [Decimal(r["points"]) for r in row["rule"].get("options") or row["rule"]["bands"]]
                assert max(points) == Decimal(row["max_points"]), row["code"]
                assert min(points) == 0, row["code"]


# --- surveys


@pytest.mark.usefixtures("loaded")
def test_respondent_groups_have_the_modes_of_the_plans() -> None:
    modes = {
        (g.survey.round_group.round.year, g.survey.round_group.group.code, g.position): g.mode
        for g in RespondentGroup.objects.select_related("survey__round_group__round", "survey__round_group__group")
    }
    assert len(modes) == 19
    assert {mode for (year, _, _), mode in modes.items() if year == 2020} == {"unstated"}
    assert [modes[2024, "so", n] for n in range(1, 5)] == ["mixed", "online", "online", "figures"]
    assert [modes[2024, "huyen", n] for n in range(1, 6)] == ["online"] * 4 + ["figures"]
    assert not RespondentGroup.objects.exclude(planned_ballots=None).exists()


@pytest.mark.usefixtures("loaded")
def test_scales_are_marked_and_one_is_uneven() -> None:
    shares = {
        scale.code: [
            str(option.share.normalize()) for option in scale.options.order_by("value") if option.share is not None
        ]
        for scale in AnswerScale.objects.order_by("code")
    }
    assert shares == {"bon-muc": ["0", "0.2", "0.6", "1"], "nam-muc": ["0", "0.25", "0.5", "0.75", "1"]}
    years = AnswerScale.objects.values_list("round__year", flat=True).distinct()
    assert set(years) == set(Round.objects.values_list("year", flat=True))  # each year has its own
    assert not AnswerScale.objects.exclude(name__contains="minh họa").exists()


# --- loading again, loading beside what stands


def everything() -> list[list[dict[str, Any]]]:
    models: tuple[type[Model], ...] = (UnitGroup, Unit, Decision, CriteriaSet, Criterion, Round, RoundGroup, Survey)
    models += (RespondentGroup, AnswerScale, LogEntry, Ballot)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_second_load_changes_nothing_and_logs_nothing(loaded: LoadReport) -> None:
    assert loaded.added["đơn vị"] == 53
    before = everything()
    again = load_official()
    assert again.lines() == ["Không có gì thay đổi."]
    assert everything() == before


@pytest.mark.usefixtures("loaded")
def test_what_an_officer_changed_stays_and_is_named() -> None:
    Unit.objects.filter(code="SNV").update(name="Sở Nội vụ Hà Nội")
    leaf = criteria_of("3598/QĐ-UBND", "so").get(code="1.2")
    leaf.name = "Chế độ báo cáo, sửa tay"
    leaf.save()
    again = load_official()
    assert again.added == {}
    assert any("Sở Nội vụ Hà Nội" in line for line in again.kept)
    assert any("để nguyên" in line for line in again.kept)
    assert criteria_of("3598/QĐ-UBND", "so").get(code="1.2").name == "Chế độ báo cáo, sửa tay"


def test_an_imported_annex_is_left_alone_and_nothing_is_linked_to_other_content(db: None) -> None:
    block = UnitGroupFactory.create(code="so", name="Sở, cơ quan tương đương Sở")
    theirs = CriteriaSetFactory.create(decision=DecisionFactory.create(number="6677/QĐ-UBND"), group=block)
    CriterionFactory.create(criteria_set=theirs, code="1.2", name="Tiêu chí chính thức")
    report = load_official()
    assert [row.name for row in theirs.criteria.order_by("pk")] == ["Tiêu chí chính thức"]
    assert any("6677/QĐ-UBND" in line and "để nguyên" in line for line in report.kept)
    assert not criteria_of("3598/QĐ-UBND", "so").exclude(previous=None).exists()
    assert criteria_of("3598/QĐ-UBND", "huyen").exclude(previous=None).exists()


def test_missing_units_of_a_known_block_are_added_and_its_bare_name_filled(db: None) -> None:
    block = UnitGroupFactory.create(code="huyen", name="huyen")
    UnitFactory.create(group=block, code="001", name="UBND quận Ba Đình")
    load_official()
    block.refresh_from_db()
    assert block.name == "UBND quận, huyện, thị xã"
    assert block.units.count() == 30


@pytest.mark.usefixtures("loaded")
def test_a_respondent_group_taken_out_stays_out() -> None:
    RespondentGroup.objects.filter(code="lanh_dao_xa").delete()
    load_official()
    assert not RespondentGroup.objects.filter(code="lanh_dao_xa").exists()


@pytest.mark.usefixtures("db")
def test_command_prints_what_stands_with_its_marks() -> None:
    out = StringIO()
    call_command("load_official", stdout=out)
    text = out.getvalue()
    assert "Thêm 53 đơn vị." in text
    assert "Sở, cơ quan tương đương Sở: 22 đơn vị, 6677/QĐ-UBND" in text
    assert "tự đánh giá: 55 tiêu chí, 69 điểm (minh họa)" in text
    assert "điều tra xã hội học: 34 tiêu chí, 33 điểm\n" in text
    assert "điểm thưởng: tính tối đa 2 điểm" in text


@pytest.mark.usefixtures("db")
def test_a_missing_file_saves_nothing(tmp_path: Path) -> None:
    for path in files.FOLDER.iterdir():
        if path.name != "criteria_3598_huyen.json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(FileNotFoundError):
        load_official(folder=tmp_path)
    assert not Unit.objects.exists()


@pytest.mark.usefixtures("db")
def test_loading_takes_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(150):
        load_official()
