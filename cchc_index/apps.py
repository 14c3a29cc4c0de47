"""`cchc_index` as a Django app, so that its commands are found; and Django's administration with our login page and
name."""

from typing import ClassVar

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from cchc_index.lib.keys import leave_out_what_no_column_holds


class Frame(AppConfig):
    name = "cchc_index"
    verbose_name = "Chỉ số CCHC"
    log_words: ClassVar[dict[str, str]] = {
        "year.copy": "Chép kỳ trước làm đề xuất",
        "official.load": "Nạp dữ liệu của các quyết định",
    }
    """What people read for the verbs of this app's entries in the log."""

    def ready(self) -> None:
        leave_out_what_no_column_holds()


class Admin(AdminConfig):
    default_site = "cchc_index.adminsite.Site"
