"""Addresses of the council's and the replying unit's pages."""

from django.urls import path

from . import views
from .views.guard import guarded

app_name = "appraisal"

urlpatterns = [
    path("xung-dot/", views.interests, name="interests"),
    path("cau-hoi/", views.questions, name="questions"),
    path("cau-hoi/<int:pk>/", views.question, name="question"),
    path("giai-trinh/cau-hoi/", views.asked_list, name="asked-list"),
    path("giai-trinh/cau-hoi/<int:pk>/", views.asked_one, name="asked"),
    path("khoi/<slug:group>/hai-y-kien/", views.blind, name="blind"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/cau-hoi/", guarded(views.ask), name="ask"),
    path("", views.home, name="home"),
    path("giai-trinh/", views.replies, name="replies"),
    path("giai-trinh/<int:pk>/", views.reply, name="reply"),
    path("tai-lieu/<int:pk>/", guarded(views.document), name="document"),
    path("khoi/<slug:group>/don-vi/<str:unit>/", guarded(views.by_unit), name="unit"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/", guarded(views.cell), name="cell"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/rut-lai/", guarded(views.undo), name="undo"),
    path("khoi/<slug:group>/tieu-chi/<str:code>/", guarded(views.by_criterion), name="criterion"),
    path("khoi/<slug:group>/luoi/", guarded(views.grid_now), name="grid-now"),
    path("khoi/<slug:group>/luoi/<int:year>/", guarded(views.grid), name="grid"),
    path("khoi/<slug:group>/luoi/<int:year>/<str:unit>/<str:code>", guarded(views.grid_cell), name="grid-cell"),
    path("khoi/<slug:group>/cong-nhan/", guarded(views.bulk), name="bulk"),
    path("khoi/<slug:group>/nhat-quan/", views.consistency_page, name="consistency"),
    path("khoi/<slug:group>/hang-loat/", guarded(views.batches), name="batches"),
    path("khoi/<slug:group>/hang-loat/<int:pk>/", guarded(views.batch), name="batch"),
    path("khoi/<slug:group>/cong-bo/<slug:stage>/", views.release, name="release"),
    path("phan-cong/", views.assignments, name="assignments"),
    path("phan-cong/<slug:group>/", views.assignments_block, name="assignments-block"),
    path("phan-cong/<slug:group>/them/", views.assignment_add, name="assignment-add"),
    path("phan-cong/<slug:group>/chia/", views.assignment_split, name="assignment-split"),
    path("phan-cong/<slug:group>/ban-giao/", views.assignment_hand_over, name="assignment-hand-over"),
    path("phan-cong/<slug:group>/tien-do/", views.progress, name="progress"),
    path("phan-cong/<slug:group>/nhac/<int:pk>/", views.remind, name="remind"),
    path("phan-cong/<slug:group>/<int:pk>/", views.assignment_edit, name="assignment-edit"),
    path("ly-do/", views.reasons, name="reasons"),
    path("ly-do/<int:pk>/", views.reason, name="reason"),
]
