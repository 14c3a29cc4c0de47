"""Addresses of the Excel round trip."""

from django.urls import path

from . import views

urlpatterns = [
    path("<int:pk>/tai-excel/", views.workbook, name="workbook"),
    path("<int:pk>/tai-excel/giu-phan-da-go/", views.workbook_again, name="workbook-again"),
    path("<int:pk>/nop-excel/", views.workbook_upload, name="workbook-upload"),
    path("<int:pk>/nop-excel/xem-truoc/", views.workbook_preview, name="workbook-preview"),
    path("<int:pk>/nop-excel/ghi/", views.workbook_apply, name="workbook-apply"),
]
