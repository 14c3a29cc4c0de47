from django.apps import AppConfig


class Config(AppConfig):
    name = "results"
    verbose_name = "Kết quả và công bố"

    def ready(self) -> None:
        from selfassess.lastyear import council  # inline: registration

        from .publication.queries import published_points  # inline: registration

        council.register("results", published_points)
