"""Leaves that take two opinions."""

from django.urls import path

from . import views

urlpatterns = [
    path("khoi/<slug:group>/hai-y-kien/", views.marks, name="blind"),
]
