from django.apps import AppConfig


class Config(AppConfig):
    name = "criteria"
    verbose_name = "Tiêu chí và kỳ đánh giá"
