from django.urls import path

from . import views

urlpatterns = [
    path("", views.live, name="health"),
    path("may-nay/", views.machine, name="health-machine"),
    path("san-sang/", views.ready, name="health-ready"),
    path("do-luong/", views.figures, name="health-figures"),
]
