from django.apps import AppConfig


class Config(AppConfig):
    name = "units"
    verbose_name = "Đơn vị và người dùng"

    def import_models(self) -> None:
        """The models of the packages belong to this app too."""
        super().import_models()
        from .auditlog import models as auditlog  # noqa: F401  # inline: registration
        from .mail import models as mail  # noqa: F401  # inline: registration
