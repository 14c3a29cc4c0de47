"""The release of a stage."""

from django.urls import path

from . import views

urlpatterns = [
    path("khoi/<slug:group>/cong-bo/<slug:stage>/", views.release, name="release"),
]
