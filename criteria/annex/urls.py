"""Addresses of the annexes of a year's blocks."""

from django.urls import path

from . import views

app_name = "annex"

_BLOCK = "phu-luc/<int:year>/<slug:group>/"

urlpatterns = [
    path(_BLOCK, views.criteria_set, name="set"),
    path(f"{_BLOCK}nhap/", views.upload, name="upload"),
    path(f"{_BLOCK}bo-tieu-chi.xlsx", views.sheet, name="sheet"),
    path("doi-chieu-tieu-chi/<int:pk>/", views.matches, name="matches"),
    path("xac-nhan-bo-tieu-chi/<int:pk>/", views.confirm_set, name="confirm-set"),
]
