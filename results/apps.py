from django.apps import AppConfig


class Config(AppConfig):
    name = "results"
    verbose_name = "Kết quả và công bố"

    def ready(self) -> None:
        from selfassess import council

        from . import last_year

        council.register("results", last_year.published)
