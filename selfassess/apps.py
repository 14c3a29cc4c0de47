from django.apps import AppConfig


class Config(AppConfig):
    name = "selfassess"
    verbose_name = "Tự đánh giá"
