"""The frame: settings, root URLs, the Celery app. Knows the apps; no app's rules live here."""

from .celery import app as celery_app

__all__ = ["celery_app"]
