"""Addresses of the council's and the replying unit's pages: /tham-dinh/…"""

from django.urls import include, path

app_name = "appraisal"

urlpatterns = [
    path("", include("appraisal.home.urls")),
    path("", include("appraisal.core.urls")),
    path("", include("appraisal.review.urls")),
    path("", include("appraisal.opinions.urls")),
    path("", include("appraisal.interests.urls")),
    path("", include("appraisal.questions.urls")),
    path("", include("appraisal.replies.urls")),
    path("", include("appraisal.consistency.urls")),
    path("", include("appraisal.releases.urls")),
    path("", include("appraisal.assignments.urls")),
    path("", include("appraisal.reasons.urls")),
]
