"""Addresses of the unit's side: /tu-danh-gia/…"""

from django.urls import path

from . import views

app_name = "selfassess"

urlpatterns = [
    path("", views.home, name="home"),
]
