"""Addresses of the council as a body: /dieu-hanh/hoi-dong/…"""

from django.urls import path

from .composition import views as composition

app_name = "council"

urlpatterns = [
    path("<int:year>/", composition.council, name="council"),
    path("<int:year>/quyet-dinh/", composition.decision, name="decision"),
    path("<int:year>/thanh-vien/", composition.seat, name="seat-add"),
    path("<int:year>/thanh-vien/<int:pk>/", composition.seat, name="seat"),
]
