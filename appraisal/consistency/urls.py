"""The consistency report."""

from django.urls import path

from . import views

urlpatterns = [
    path("khoi/<slug:group>/nhat-quan/", views.consistency_page, name="consistency"),
]
