"""The Celery app. Broker: Redis in production, a folder under VAR_DIR in the embedded default."""

import logging
import os
import platform
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from celery import Celery, bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import DatabaseError, connection

log = logging.getLogger(__name__)

HEART_SECONDS = 10.0

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")

# Celery puts the working directory first on the path, and an operator who stands in a folder with a `results` or
# `units` of its own would run that code: the path is put back. The project's own folder stands first instead, for the
# `celery` of the services knows the apps by nothing else (twice where it stands there already: that command takes one
# away again). The settings are given as they are, not by name.
_project = str(Path(__file__).resolve().parent.parent)
_path = list(sys.path)
app = Celery("cchc_index")
sys.path[:] = [_project, *_path]
app.set_default()  # of every thread: `lib.dispatch` and the tasks ask for the current app
app.config_from_object(settings, namespace="CELERY")
# Not as CELERY_TIMEZONE and the like: those are old names too, and every worker would begin with a warning. Messages
# are JSON and nothing else, whatever a message says of itself.
app.conf.update(
    timezone=settings.TIME_ZONE,
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    event_serializer="json",
)
app.autodiscover_tasks()


class Heartbeat(bootsteps.StartStopStep):
    """The worker's main process says every few seconds that it lives, by its own timer: a worker whose loop stands is
    as silent as one that is gone."""

    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:
        _beat("worker", worker.hostname)
        self.entry = worker.timer.call_repeatedly(HEART_SECONDS, _beat, ("worker", worker.hostname), priority=10)

    def stop(self, worker: Any) -> None:
        self.entry.cancel()


class NotingScheduler(PersistentScheduler):
    """Beat's own timetable, which says that it is followed."""

    last = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if monotonic() - self.last > HEART_SECONDS:
            _beat("beat", platform.node())
            self.last = monotonic()
        return super().tick(*args, **kwargs)


def _beat(name: str, machine: str) -> None:
    """Children of the worker must not inherit the connection, so it is closed each time."""
    from results.jobs.actions import note_heart  # inline: registration

    try:
        note_heart(name, machine[:120])
    except DatabaseError:
        log.warning("Nhịp của %s không ghi được", name, exc_info=True)
    finally:
        connection.close()


app.steps["worker"].add(Heartbeat)
