"""The unit's replies."""

from django.urls import path

from . import views

urlpatterns = [
    path("giai-trinh/", views.replies, name="replies"),
    path("giai-trinh/<int:pk>/", views.reply, name="reply"),
    path("giai-trinh/<int:pk>/tu-luu/", views.autosave, name="reply-autosave"),
    path("giai-trinh/gui/<int:block>/<int:unit>/", views.send, name="send-replies"),
    path("giai-trinh/bien-nhan/<int:pk>/", views.receipt, name="reply-receipt"),
]
