"""Addresses of the sharing of a sheet inside its unit."""

from django.urls import path

from . import views

urlpatterns = [
    path("<int:pk>/phan-cong/", views.offices, name="offices"),
    path("<int:pk>/phan-cong/<int:part_id>/thu-hoi/", views.take, name="take-part"),
]
