"""`manage.py changepassword`: Django's own, with the new password's mark in the log."""

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from units.actions import password_set_by_operator
from units.models import User


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        """The entry follows the change: one transaction around both would hold the database while somebody types."""
        said: str | None = super().handle(*args, **options)
        name = options["username"] or getpass.getuser()
        password_set_by_operator(user=User.objects.get(username=name))
        return said
