"""Addresses of the council's and the replying unit's pages."""

from django.urls import path

from . import views

app_name = "appraisal"

urlpatterns = [
    path("", views.home, name="home"),
    path("giai-trinh/", views.replies, name="replies"),
]
