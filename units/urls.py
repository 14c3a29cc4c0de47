"""Addresses of accounts: in, out, change of password."""

from django.urls import path

from . import views

app_name = "units"

urlpatterns = [
    path("dang-nhap/", views.Login.as_view(), name="login"),
    path("dang-xuat/", views.Logout.as_view(), name="logout"),
    path("dat-mat-khau/<str:uid>/<str:token>/", views.password_set, name="password-set"),
    path("quen-mat-khau/", views.password_forgotten, name="password-forgotten"),
    path("mat-khau/", views.PasswordChange.as_view(), name="password-change"),
]
