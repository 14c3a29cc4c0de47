"""Addresses of accounts. The names without a namespace are those that the library looks for."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.socialaccount import views as single_sign_on
from allauth.socialaccount.providers.openid_connect import views as openid
from allauth.usersessions.views import list_usersessions
from django.urls import path

from . import keys, views

urlpatterns = [
    path("", views.account, name="account_home"),
    path("dang-nhap/", views.Login.as_view(), name="account_login"),
    path("dang-xuat/", views.Logout.as_view(), name="account_logout"),
    path("dat-mat-khau/<str:uid>/<str:token>/", views.password_set, name="account_reset_password_from_key"),
    path("ma-dat-mat-khau/", views.setup_code, name="account_setup_code"),
    path("quen-mat-khau/", views.password_forgotten, name="account_reset_password"),
    path("mat-khau/", views.PasswordChange.as_view(), name="account_change_password"),
    path("xac-nhan/", ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("phien/", list_usersessions, name="usersessions_list"),
    path("hai-lop/", views.SecondFactor.as_view(), name="mfa_index"),
    path("hai-lop/dang-nhap/", keys.Authenticate.as_view(), name="mfa_authenticate"),
    path("hai-lop/xac-nhan/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("hai-lop/ung-dung/bat/", app.activate_totp, name="mfa_activate_totp"),
    path("hai-lop/ung-dung/tat/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("hai-lop/khoa/", keys.Keys.as_view(), name="mfa_list_webauthn"),
    path("hai-lop/khoa/them/", keys.AddKey.as_view(), name="mfa_add_webauthn"),
    path("hai-lop/khoa/xac-nhan/", keys.ProveByKey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("hai-lop/khoa/<int:pk>/ten/", keys.RenameKey.as_view(), name="mfa_edit_webauthn"),
    path("hai-lop/khoa/<int:pk>/bo/", keys.RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("hai-lop/ma-du-phong/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("hai-lop/ma-du-phong/tao/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("hai-lop/ma-du-phong/tai-ve/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("lien-thong/<str:provider_id>/", openid.login, name="openid_connect_login"),
    path("lien-thong/<str:provider_id>/tra-ve/", openid.callback, name="openid_connect_callback"),
    path("lien-thong-bi-huy/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("lien-thong-loi/", single_sign_on.login_error, name="socialaccount_login_error"),
    path("lien-thong-chua-co-tai-khoan/", single_sign_on.signup, name="socialaccount_signup"),
]
