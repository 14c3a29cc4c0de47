"""What is written to standard error, and what operators get by mail."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


def logging_of(form: str, *, level: str, access: bool, has_operators: bool) -> dict[str, Any]:
    """LOGGING in the form "json" or "text": each line with the number of its request, requests themselves where
    `access` asks for them. Raises ImproperlyConfigured."""
    if form not in ("json", "text"):
        raise ImproperlyConfigured(f"LOG_FORMAT = “{form}” không đúng: ghi json hoặc text.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"numbered": {"()": "cchc_index.lib.request_number.Numbered"}},
        "formatters": {
            "text": {"format": "{asctime} {levelname} {name} [{request_number}] {message}", "style": "{"},
            "json": {"()": "cchc_index.lib.log_lines.JsonLine"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["numbered"]},
            "operator": {"class": "cchc_index.lib.operator_mail.OperatorMail", "filters": ["numbered"]},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO"},  # Django's own mails to ADMINS hold what people typed
            # A 403 or 404 is an answer, not a fault of ours.
            "django.request": {"level": "ERROR", "handlers": ["operator"] if has_operators else []},
            "cchc.access": {"level": "INFO" if access else "WARNING"},
        },
    }
