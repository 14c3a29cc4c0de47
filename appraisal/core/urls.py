"""Evidence files."""

from django.urls import path

from .views.documents import document
from .views.guard import guarded

urlpatterns = [
    path("tai-lieu/<int:pk>/", guarded(document), name="document"),
]
