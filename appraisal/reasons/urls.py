"""The library of reasons."""

from django.urls import path

from . import views

urlpatterns = [
    path("ly-do/", views.reasons, name="reasons"),
    path("ly-do/<int:pk>/", views.reason, name="reason"),
]
