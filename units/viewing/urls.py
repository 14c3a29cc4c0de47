"""Addresses of a look through somebody's eyes."""

from django.urls import path

from . import views

app_name = "viewing"

urlpatterns = [
    path("<int:pk>/xem-nhu/", views.begin, name="begin"),
    path("thoi-xem/", views.end, name="end"),
]
