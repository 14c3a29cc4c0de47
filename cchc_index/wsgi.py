"""WSGI entry point (gunicorn cchc_index.wsgi)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")

application = get_wsgi_application()
