"""Addresses of the help pages: /huong-dan/…"""

from django.urls import path

from . import views

app_name = "guides"

urlpatterns = [
    path("", views.home, name="home"),
    path("hinh/<str:name>", views.picture, name="picture"),
    path("<slug:name>/", views.guide, name="guide"),
    path("<slug:name>.<slug:kind>", views.guide_file, name="file"),
]
