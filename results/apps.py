from django.apps import AppConfig


class Config(AppConfig):
    name = "results"
    verbose_name = "Kết quả và công bố"
