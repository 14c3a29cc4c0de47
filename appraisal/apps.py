from django.apps import AppConfig


class Config(AppConfig):
    name = "appraisal"
    verbose_name = "Thẩm định"
