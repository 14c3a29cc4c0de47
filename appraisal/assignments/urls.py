"""Assignments."""

from django.urls import path

from . import views

urlpatterns = [
    path("phan-cong/", views.assignments, name="assignments"),
    path("phan-cong/<slug:group>/", views.assignments_block, name="assignments-block"),
    path("phan-cong/<slug:group>/them/", views.assignment_add, name="assignment-add"),
    path("phan-cong/<slug:group>/chia/", views.assignment_split, name="assignment-split"),
    path("phan-cong/<slug:group>/ban-giao/", views.assignment_hand_over, name="assignment-hand-over"),
    path("phan-cong/<slug:group>/tien-do/", views.progress, name="progress"),
    path("phan-cong/<slug:group>/nhac/<int:pk>/", views.remind, name="remind"),
    path("phan-cong/<slug:group>/<int:pk>/", views.assignment_edit, name="assignment-edit"),
]
