"""WSGI entry point (gunicorn cchc_index.wsgi)."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")

application = get_wsgi_application()

# All views are loaded before the first request: after a restart nobody waits two seconds for them.
get_resolver().url_patterns  # noqa: B018
