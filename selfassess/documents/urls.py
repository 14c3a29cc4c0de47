"""Addresses of the unit's documents."""

from django.urls import path

from . import views

urlpatterns = [
    path("tai-lieu/", views.documents, name="documents"),
    path("tai-lieu/<int:pk>/", views.document_file, name="document"),
    path("tai-lieu/<int:pk>/xem/", views.document_page, name="paper"),
    path("tai-lieu/<int:pk>/thay/", views.replace, name="replace"),
    path("tai-lieu/<int:pk>/vi-tri/<int:evidence_id>/", views.place, name="place"),
]
