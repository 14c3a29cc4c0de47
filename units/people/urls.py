"""Addresses of the people's pages under Điều hành."""

from django.urls import path

from . import views

app_name = "people"

urlpatterns = [
    path("", views.people, name="list"),
    path("nhap/", views.upload, name="upload"),
    path("them/", views.add, name="add"),
    path("de-nghi/", views.proposals, name="proposals"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/ban-giao/", views.leaving, name="leaving"),
]
