"""`cchc_index` as a Django app, so that its commands are found; and Django's administration with our login page and
name."""

from typing import ClassVar

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class Frame(AppConfig):
    name = "cchc_index"
    verbose_name = "Chỉ số CCHC"
    log_words: ClassVar[dict[str, str]] = {
        "year.copy": "Chép kỳ trước làm đề xuất",
        "official.load": "Nạp dữ liệu của các quyết định",
    }
    """What people read for the verbs of this app's entries in the log."""


class Admin(AdminConfig):
    default_site = "cchc_index.adminsite.Site"
