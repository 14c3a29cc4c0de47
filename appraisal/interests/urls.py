"""Declared conflicts of interest."""

from django.urls import path

from . import views

urlpatterns = [
    path("xung-dot/", views.interests, name="interests"),
]
