"""Root addresses. Each app brings its own under a Vietnamese word."""

from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("suc-khoe/", include("cchc_index.health.urls")),
    path(".well-known/security.txt", views.security_contact, name="security-contact"),
    path("nam/", views.switch_year, name="switch-year"),
    path("huong-dan/", include("cchc_index.guides.urls")),
    path("tai-khoan/", include("units.signin.urls")),
    path("tu-danh-gia/", include("selfassess.urls")),
    path("van-ban/", include("selfassess.roundpapers.urls")),
    path("", include("selfassess.exchange.urls")),
    path("tham-dinh/", include("appraisal.urls")),
    path("dieu-tra/", include("surveys.urls")),
    path("dieu-hanh/chuan-bi/", include("cchc_index.preparing.urls")),
    path("dieu-hanh/don-vi/", include("units.agencies.urls")),
    path("dieu-hanh/", include("criteria.annex.urls")),
    path("dieu-hanh/phu-luc/", include("criteria.editing.urls")),
    path("dieu-hanh/nguoi-dung/", include("units.people.urls")),
    path("dieu-hanh/nguoi-dung/", include("units.viewing.urls")),
    path("dieu-hanh/hoi-dong/", include("appraisal.council.urls")),
    path("dieu-hanh/", include("criteria.calendar.urls")),
    path("", include("results.urls")),
    path("quan-tri/", admin.site.urls),
]

handler400 = "cchc_index.views.bad_request"
handler403 = "cchc_index.views.forbidden"
handler404 = "cchc_index.views.not_found"
handler500 = "cchc_index.views.server_error"
