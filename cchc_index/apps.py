"""The frame as an app, which carries commands; the administrators' site: Django's, with our door and our name."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class Frame(AppConfig):
    name = "cchc_index"
    verbose_name = "Chỉ số CCHC"


class Admin(AdminConfig):
    default_site = "cchc_index.adminsite.Site"
