"""Addresses of the documents of a round: /van-ban/…"""

from django.urls import path

from . import views

app_name = "roundpapers"

urlpatterns = [
    path("", views.home, name="home"),
    path("<int:year>/", views.papers, name="list"),
    path("<int:year>/tai-len/", views.post, name="post"),
    path("<int:year>/<int:pk>/tai-len/", views.post, name="complete"),
    path("<int:year>/<int:pk>/tep/", views.paper_file, name="file"),
    path("<int:year>/<int:pk>/thu-hoi/", views.withdraw, name="withdraw"),
]
