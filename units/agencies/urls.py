"""Addresses of the list of units."""

from django.urls import path

from . import views

app_name = "agencies"

urlpatterns = [
    path("", views.agencies, name="list"),
    path("nhap/", views.upload, name="upload"),
]
