"""Addresses of the council's and the replying unit's pages."""

from django.urls import path

from . import views

app_name = "appraisal"

urlpatterns = [
    path("", views.home, name="home"),
    path("giai-trinh/", views.replies, name="replies"),
    path("giai-trinh/<int:pk>/", views.reply, name="reply"),
    path("tai-lieu/<int:pk>/", views.document, name="document"),
    path("khoi/<slug:group>/don-vi/<str:unit>/", views.by_unit, name="unit"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/", views.cell, name="cell"),
    path("khoi/<slug:group>/tieu-chi/<str:code>/", views.by_criterion, name="criterion"),
    path("khoi/<slug:group>/cong-nhan/", views.bulk, name="bulk"),
    path("khoi/<slug:group>/cong-bo/<slug:stage>/", views.release, name="release"),
]
