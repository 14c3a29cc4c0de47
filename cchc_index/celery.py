"""The Celery app. Broker: Redis in production, a folder under VAR_DIR in the embedded default."""

import os
import sys
from pathlib import Path

from celery import Celery
from django.conf import settings

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
# Not as CELERY_TIMEZONE: that is an old name too, and every worker would begin with a warning.
app.conf.update(timezone=settings.TIME_ZONE)
app.autodiscover_tasks()
