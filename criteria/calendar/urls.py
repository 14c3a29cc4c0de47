"""Addresses of the calendar's pages in Điều hành."""

from django.urls import path

from . import views

app_name = "calendar"

_LIST = "cac-giai-doan/"

urlpatterns = [
    path("giai-doan/<slug:name>/", views.stage, name="stage"),
    path(_LIST, views.stage_list, name="stage-list"),
    path(f"{_LIST}<slug:name>/", views.stage_facts, name="stage-facts"),
    path(f"{_LIST}<slug:name>/doi/", views.stage_move, name="stage-move"),
    path(f"{_LIST}<slug:name>/bo/", views.stage_remove, name="stage-remove"),
    path("gia-han/", views.extension, name="extension"),
]
