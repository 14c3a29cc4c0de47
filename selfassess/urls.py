"""Addresses of the unit's side: /tu-danh-gia/…"""

from django.urls import include, path

app_name = "selfassess"

urlpatterns = [
    path("", include("selfassess.lifecycle.urls")),
    path("", include("selfassess.documents.urls")),
    path("", include("selfassess.scores.urls")),
    path("", include("selfassess.lastyear.urls")),
    path("", include("selfassess.workbook.urls")),
    path("", include("selfassess.offices.urls")),
]
