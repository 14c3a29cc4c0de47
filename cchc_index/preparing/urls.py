"""Addresses of the preparation of a year."""

from django.urls import path

from . import views

app_name = "preparing"

urlpatterns = [
    path("", views.home, name="home"),
    path("<int:year>/", views.year, name="year"),
    path("<int:year>/ky/", views.facts, name="facts"),
    path("<int:year>/lich/", views.calendar, name="calendar"),
    path("<int:year>/chep/", views.copy, name="copy"),
    path("<int:year>/mo/", views.open_year, name="open"),
]
