from django.apps import AppConfig


class Config(AppConfig):
    name = "units"
    verbose_name = "Đơn vị và người dùng"
