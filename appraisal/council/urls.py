"""Addresses of the council as a body: /dieu-hanh/hoi-dong/…"""

from django.urls import path

from .agenda import views as agenda
from .composition import views as composition
from .meetings import views as meetings
from .samples import views as samples
from .silence import views as silence
from .verifying import views as verifying
from .votes import views as votes

app_name = "council"

urlpatterns = [
    path("<int:year>/", composition.council, name="council"),
    path("<int:year>/quyet-dinh/", composition.decision, name="decision"),
    path("<int:year>/quyet-dinh/<int:pk>/tep/", composition.paper, name="paper"),
    path("<int:year>/thanh-vien/", composition.seat, name="seat-add"),
    path("<int:year>/thanh-vien/<int:pk>/", composition.seat, name="seat"),
    path("<int:year>/khong-tra-loi/", silence.silence, name="silence"),
    path("<int:year>/khong-tra-loi/ket-qua/", silence.silent, name="silent"),
    path("<int:year>/mau/<slug:group>/", samples.samples, name="samples"),
    path("mau/<int:pk>/", samples.sample, name="sample"),
    path("<int:year>/kiem-chung/<slug:group>/", verifying.agencies, name="agencies"),
    path("kiem-chung/", verifying.verifying, name="verifying"),
    path("kiem-chung/<int:pk>/", verifying.verify, name="verify"),
    path("<int:year>/phien-hop/", meetings.add, name="meeting-add"),
    path("phien-hop/<int:pk>/", votes.meeting, name="meeting"),
    path("phien-hop/<int:pk>/ke-hoach/", meetings.edit, name="meeting-edit"),
    path("phien-hop/<int:pk>/chuong-trinh/", agenda.agenda, name="agenda"),
    path("noi-dung/<int:pk>/", votes.item, name="item"),
]
