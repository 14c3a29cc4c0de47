"""Addresses of one criterion's form and of corrections."""

from django.urls import path

from . import views

app_name = "editing"

_BLOCK = "<int:year>/<slug:group>/"

urlpatterns = [
    path(f"{_BLOCK}tieu-chi/<path:code>/", views.criterion, name="criterion"),
    path(f"{_BLOCK}dinh-chinh/<int:pk>/", views.correction, name="correction"),
    path(f"{_BLOCK}dinh-chinh/<int:pk>/anh-huong.xlsx", views.touched_file, name="touched"),
]
