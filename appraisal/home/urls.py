"""The council's first page."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
]
