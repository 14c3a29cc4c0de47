"""Addresses of an assessment's way."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("mo/", views.open_, name="open"),
    path("<int:pk>/kiem-tra/", views.check, name="check"),
    path("<int:pk>/trinh/", views.hand_over, name="hand-over"),
    path("<int:pk>/rut-lai/", views.take_back, name="take-back"),
    path("<int:pk>/tra-lai/", views.send_back, name="send-back"),
    path("<int:pk>/nop/", views.submit, name="submit"),
    path("<int:pk>/mo-lai/", views.reopen, name="reopen"),
    path("<int:pk>/bien-nhan/", views.receipt, name="receipt"),
]
