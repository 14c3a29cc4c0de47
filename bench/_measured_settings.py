"""The site's settings, with an empty page among its addresses: shipped services that are measured beside it."""

from cchc_index.settings import *  # noqa: F403 (the same settings)

ROOT_URLCONF = "_measured_urls"
