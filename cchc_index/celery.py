"""The Celery app. Broker: Redis in production, a folder under VAR_DIR in the embedded default."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")

app = Celery("cchc_index")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
