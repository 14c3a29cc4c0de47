#!/usr/bin/env python
"""Django's command line for the index; see docs/operations.md for the operators' commands."""

import io
import os
import sys


def speak_utf8() -> None:
    """Vietnamese leaves whole whatever the terminal's locale says; a sign it cannot show never costs the answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    speak_utf8()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Cấu hình chưa đúng: {error}")
