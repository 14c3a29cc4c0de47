"""Addresses of the ranking. Words without accents; a published page keeps its address for good."""

from django.urls import path

from .views import control, public

app_name = "results"

urlpatterns = [
    path("xep-hang/", public.ranking, name="ranking"),
    path("xep-hang/<int:year>/<slug:number>/", public.ranking, name="publication"),
    path("cach-tinh/", public.method, name="method"),
    path("du-lieu/", public.data, name="data"),
    path("dieu-hanh/", control.control, name="control"),
]
