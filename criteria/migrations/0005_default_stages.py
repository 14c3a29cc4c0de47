"""Every round gets the stages that were fixed so far; what was set keeps its hours and its key.

A phase without any hour was open without limit; a stage without any hour is not set. So it gets one.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations

STAGES = (
    ("self_assessment", "Tự đánh giá", "self_assessment", False, False),
    ("round1", "Thẩm định lần 1", "appraisal", True, True),
    ("explanation", "Giải trình", "reply", False, False),
    ("round2", "Thẩm định lần 2", "appraisal", True, True),
    ("final", "Hội đồng quyết định", "meeting", False, True),
    ("publication", "Tổng hợp, công bố", "publication", False, False),
    ("survey", "Điều tra xã hội học", "survey", False, False),
    ("import", "Nhập từ hồ sơ lưu", "archive", False, False),
)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    rounds, stages = (apps.get_model("criteria", name).objects.using(alias) for name in ("Round", "Stage"))
    for round_ in rounds.order_by("pk"):
        unlimited = stages.filter(round=round_, opens_at=None, closes_at=None)
        unlimited.update(opens_at=datetime.combine(round_.assessed_from, time(), tzinfo=HANOI))
        for position, (name, title, kind, two, report) in enumerate(STAGES, start=1):
            said = {"title": title, "kind": kind, "position": position, "two_opinions": two, "report_required": report}
            stages.update_or_create(round=round_, name=name, defaults=said)


class Migration(migrations.Migration):
    dependencies = [("criteria", "0004_stages_are_rows")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
