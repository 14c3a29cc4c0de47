"""Addresses of the unit's side: /tu-danh-gia/…"""

from django.urls import path

from . import views

app_name = "selfassess"

urlpatterns = [
    path("", views.home, name="home"),
    path("mo/", views.open_, name="open"),
    path("tai-lieu/", views.documents, name="documents"),
    path("tai-lieu/<int:pk>/", views.document, name="document"),
    path("tai-lieu/<int:pk>/xem/", views.paper, name="paper"),
    path("tai-lieu/<int:pk>/thay/", views.replace, name="replace"),
    path("tai-lieu/<int:pk>/vi-tri/<int:evidence_id>/", views.place, name="place"),
    path("<int:pk>/", views.assessment, name="assessment"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/", views.criterion, name="criterion"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tinh-diem/", views.preview, name="preview"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tu-luu/", views.autosave, name="autosave"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tai-len/", views.upload, name="upload"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/dinh-kem/", views.attach, name="attach"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/go/<int:evidence_id>/", views.detach, name="detach"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/chep-nam-truoc/", views.copy_last_year, name="copy-last-year"),
    path("<int:pk>/chep-nam-truoc/", views.copy_all, name="copy"),
    path("<int:pk>/kiem-tra/", views.check, name="check"),
    path("<int:pk>/trinh/", views.hand_over, name="hand-over"),
    path("<int:pk>/tra-lai/", views.send_back, name="send-back"),
    path("<int:pk>/nop/", views.submit, name="submit"),
    path("<int:pk>/mo-lai/", views.reopen, name="reopen"),
    path("<int:pk>/bien-nhan/", views.receipt, name="receipt"),
    path("<int:pk>/tai-excel/", views.workbook, name="workbook"),
    path("<int:pk>/tai-excel/giu-phan-da-go/", views.workbook_again, name="workbook-again"),
    path("<int:pk>/nop-excel/", views.workbook_upload, name="workbook-upload"),
    path("<int:pk>/nop-excel/xem-truoc/", views.workbook_preview, name="workbook-preview"),
    path("<int:pk>/nop-excel/ghi/", views.workbook_apply, name="workbook-apply"),
]
