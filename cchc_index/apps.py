"""The administrators' site as an app: Django's, with our door and our name."""

from django.contrib.admin.apps import AdminConfig


class Admin(AdminConfig):
    default_site = "cchc_index.adminsite.Site"
