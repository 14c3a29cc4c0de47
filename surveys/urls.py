from django.urls import path

from .analysis import views as analysis
from .batches import views as batches
from .coverage import views as coverage
from .explaining import views as explaining
from .figures import views as figures
from .handover import views as handover
from .online import views as online
from .paper import views as paper
from .planning import views as planning
from .requests import views as requests
from .scores import views as scores

app_name = "surveys"

urlpatterns = [
    path("", coverage.home, name="home"),
    path("tien-do/<int:pk>/", coverage.units, name="coverage"),
    path("chat-luong/<int:pk>/", coverage.quality, name="quality"),
    path("tai-len/", batches.upload, name="upload"),
    path("lan-nhap/<int:pk>/", batches.batch, name="batch"),
    path("lan-nhap/<int:pk>/cach-doc/", explaining.explain, name="explain"),
    path("lan-nhap/<int:pk>/nhap/", batches.commit, name="commit"),
    path("lan-nhap/<int:pk>/dung/", batches.cancel, name="cancel"),
    path("lan-nhap/<int:pk>/huy/", batches.undo, name="undo"),
    path("lan-nhap/<int:pk>/bo/", batches.discard, name="discard"),
    path("lan-nhap/<int:pk>/tra-lai.xlsx", batches.rest, name="rest"),
    path("lan-nhap/<int:pk>/loi.xlsx", batches.failed, name="failed"),
    path("lan-nhap/<int:pk>/de-nghi/", requests.propose, name="propose"),
    path("de-nghi/<int:pk>/", requests.request_page, name="request"),
    path("diem/<int:pk>/", scores.scores, name="scores"),
    path("diem/<int:pk>/<int:unit_pk>/", scores.unit_scores, name="unit-scores"),
    path("diem/<int:pk>/bang-phan-tich.<slug:kind>", analysis.table, name="analysis"),
    path("ban-giao/<int:pk>/", handover.handover, name="handover"),
    path("ban-giao/<int:pk>/ky/", handover.sign, name="sign-table"),
    path("bang-diem-da-ky/<int:pk>/tiep-nhan/", handover.receive, name="receive-table"),
    path("bang-diem-da-ky/<int:pk>/tra-lai/", handover.give_back, name="give-table-back"),
    path("ke-hoach/<int:pk>/", planning.plan, name="plan"),
    path("ke-hoach/<int:pk>/chep/", planning.copy, name="plan-copy"),
    path("ke-hoach/<int:pk>/<slug:part>/", planning.part, name="plan-part"),
    path("ke-hoach/<int:pk>/<slug:part>/<int:part_pk>/", planning.part, name="plan-part"),
    path("ke-hoach/<int:pk>/<slug:part>/<int:part_pk>/bo/", planning.remove, name="plan-remove"),
    path("truc-tuyen/<int:pk>/", online.box, name="box"),
    path("truc-tuyen/<int:pk>/lien-ket/", online.make, name="make-links"),
    path("truc-tuyen/nhom/<int:pk>/thu-hoi/", online.withdraw, name="withdraw-links"),
    path("truc-tuyen/nhom/<int:pk>/mo-hom/", online.open_box, name="open-box"),
    path("truc-tuyen/nhom/<int:pk>/khong-dung/", online.leave_box, name="leave-box"),
    path("phieu-giay/<int:pk>/", paper.bundles, name="paper"),
    path("phieu-giay/nhom/<int:pk>/lap-lan-nhap/", paper.join, name="join-bundles"),
    path("phieu-giay/tap/<int:pk>/", paper.bundle, name="bundle"),
    path("phieu-giay/tap/<int:pk>/phieu/<int:position>/", paper.typed, name="paper-ballot"),
    path("phieu-giay/tap/<int:pk>/doi-chieu/<int:position>/", paper.compare, name="paper-compare"),
    path("phieu-giay/tap/<int:pk>/anh/<int:position>.jpg", paper.picture, name="paper-picture"),
    path("phieu-giay/tap/<int:pk>/anh/<int:position>/them/", paper.add_picture, name="paper-add-picture"),
    path("phieu-giay/tap/<int:pk>/gui/", paper.send, name="send-typing"),
    path("phieu-giay/tap/<int:pk>/lay-lai/", paper.take_back, name="take-typing-back"),
    path("phieu-giay/tap/<int:pk>/luot/<int:typing>/tra-lai/", paper.return_typing, name="return-typing"),
    path("phieu-giay/tap/<int:pk>/luot/<int:typing>/giao-lai/", paper.hand, name="hand-typing"),
    path("phieu-giay/tap/<int:pk>/bo/", paper.drop, name="drop-bundle"),
    path("phieu/<str:token>/", online.ballot, name="ballot"),
    path("so-lieu/<int:pk>/", figures.figures, name="figures"),
]
