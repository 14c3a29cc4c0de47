"""Questions: the council's side, then the unit's."""

from django.urls import path

from appraisal.core.views.guard import guarded

from . import views

urlpatterns = [
    path("cau-hoi/", views.questions, name="questions"),
    path("cau-hoi/<int:pk>/", views.question, name="question"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/cau-hoi/", guarded(views.ask), name="ask"),
    path("giai-trinh/cau-hoi/", views.received_list, name="asked-list"),
    path("giai-trinh/cau-hoi/<int:pk>/", views.received, name="asked"),
]
