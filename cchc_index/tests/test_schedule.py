"""What beat sends by name is what a worker knows."""

from django.conf import settings

from cchc_index.celery import app


def test_every_scheduled_task_is_registered() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "selfassess.send_reminders" in scheduled
    assert scheduled - set(app.tasks) == set()
