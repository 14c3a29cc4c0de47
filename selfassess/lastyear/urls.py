"""Addresses of last year's copy."""

from django.urls import path

from . import views

urlpatterns = [
    path("<int:pk>/chep-nam-truoc/", views.copy_all, name="copy"),
]
