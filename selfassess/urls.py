"""Addresses of the unit's side: /tu-danh-gia/…"""

from django.urls import path

from . import views

app_name = "selfassess"

urlpatterns = [
    path("", views.home, name="home"),
    path("mo/", views.open_, name="open"),
    path("tai-lieu/", views.documents, name="documents"),
    path("tai-lieu/<int:pk>/", views.document, name="document"),
    path("<int:pk>/", views.assessment, name="assessment"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/", views.criterion, name="criterion"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tinh-diem/", views.preview, name="preview"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/tai-len/", views.upload, name="upload"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/dinh-kem/", views.attach, name="attach"),
    path("<int:pk>/tieu-chi/<int:criterion_id>/go/<int:evidence_id>/", views.detach, name="detach"),
    path("<int:pk>/kiem-tra/", views.check, name="check"),
    path("<int:pk>/trinh/", views.hand_over, name="hand-over"),
    path("<int:pk>/tra-lai/", views.send_back, name="send-back"),
    path("<int:pk>/nop/", views.submit, name="submit"),
    path("<int:pk>/mo-lai/", views.reopen, name="reopen"),
    path("<int:pk>/bien-nhan/", views.receipt, name="receipt"),
]
