"""Addresses of the exchange: the managers' page, and what other systems ask."""

from django.urls import path

from .views import programs, systems

app_name = "exchange"

_API = "api/v1/exchange"

urlpatterns = [
    path("dieu-hanh/trao-doi-so-lieu/", systems.systems, name="systems"),
    path(f"{_API}/openapi.json", programs.openapi, name="openapi"),
    path(f"{_API}/fields", programs.fields, name="fields"),
    path(f"{_API}/figures", programs.figures, name="figures"),
]
