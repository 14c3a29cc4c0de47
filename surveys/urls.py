from django.urls import path

from . import views

app_name = "surveys"

urlpatterns = [
    path("", views.home, name="home"),
    path("tai-len/", views.upload, name="upload"),
    path("lan-nhap/<int:pk>/", views.batch, name="batch"),
    path("lan-nhap/<int:pk>/nhap/", views.commit, name="commit"),
    path("lan-nhap/<int:pk>/huy/", views.undo, name="undo"),
    path("lan-nhap/<int:pk>/bo/", views.discard, name="discard"),
    path("lan-nhap/<int:pk>/loi.xlsx", views.failed, name="failed"),
    path("diem/<int:pk>/", views.scores, name="scores"),
    path("diem/<int:pk>/<int:unit_pk>/", views.unit_scores, name="unit-scores"),
    path("so-lieu/<int:pk>/", views.figures, name="figures"),
]
