from django.apps import AppConfig


class Config(AppConfig):
    name = "surveys"
    verbose_name = "Điều tra xã hội học"
