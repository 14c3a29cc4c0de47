"""What was stored as readings of documents is kept as openings, and whoever was allowed to see them still is."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.apps.registry import Apps

pytestmark = pytest.mark.once

OLD = [("selfassess", "0005_words")]
NEW = [("selfassess", "0006_openings")]
AT = datetime(2031, 12, 1, 1, tzinfo=UTC)
Migrate = Callable[[list[tuple[str, str]]], Apps]


def test_openings_and_the_right_to_see_them_are_kept(migrate: Migrate) -> None:
    old = migrate(OLD)

    def make(label: str, **fields: object) -> int:
        row = old.get_model(label).objects.using("old").create(**fields)
        return int(row.pk)

    block = make("units.UnitGroup", code="so", name="Sở")
    unit = make("units.Unit", group_id=block, code="001", name="Sở A")
    actor = make("units.User", username="can.bo")
    paper = make("selfassess.Document", unit_id=unit, uploaded_by_id=actor, uploaded_at=AT, size=1, pages=1)
    make("selfassess.DocumentReading", document_id=paper, reader_id=actor, at=AT, saved=True, address="10.0.0.1")
    kind = make("contenttypes.ContentType", app_label="selfassess", model="documentreading")
    right = make("auth.Permission", content_type_id=kind, codename="view_documentreading", name="Can view")
    other = make("auth.Permission", content_type_id=kind, codename="view_document", name="Can view")

    new = migrate(NEW)
    openings = new.get_model("selfassess.DocumentOpening").objects.using("old")
    assert list(openings.values_list("document_id", "opened_by_id", "at", "saved", "address")) == [
        (paper, actor, AT, True, "10.0.0.1")
    ]
    rights = new.get_model("auth.Permission").objects.using("old").filter(content_type_id=kind)
    assert dict(rights.values_list("pk", "codename")) == {right: "view_documentopening", other: "view_document"}
