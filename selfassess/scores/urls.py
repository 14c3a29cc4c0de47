"""Addresses of scoring."""

from django.urls import path

from .views import autosave, criterion, evidence, last_year, task_list

urlpatterns = [
    path("<int:pk>/", task_list.assessment, name="assessment"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/", criterion.criterion, name="criterion"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tinh-diem/", criterion.preview, name="preview"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tu-luu/", autosave.autosave, name="autosave"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tai-len/", evidence.upload, name="upload"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/dinh-kem/", evidence.attach, name="attach"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/go/<int:evidence_id>/", evidence.detach, name="detach"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/chep-nam-truoc/", last_year.copy_last_year, name="copy-last-year"),
]
