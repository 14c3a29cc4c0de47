from django.apps import AppConfig


class Config(AppConfig):
    name = "appraisal"
    verbose_name = "Thẩm định"

    def ready(self) -> None:
        from selfassess.lastyear import council  # inline: registration
        from selfassess.lifecycle import council as lifecycle  # inline: registration

        from .lastyear import queries  # inline: registration
        from .replies import queries as replies  # inline: registration

        council.register("appraisal", queries.released)
        lifecycle.register("appraisal", replies.waiting)
