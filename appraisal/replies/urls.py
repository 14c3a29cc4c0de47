"""The unit's replies."""

from django.urls import path

from . import views

urlpatterns = [
    path("giai-trinh/", views.replies, name="replies"),
    path("giai-trinh/<int:pk>/", views.reply, name="reply"),
]
