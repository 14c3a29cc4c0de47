"""`manage.py createsuperuser`: Django's own, with the new administrator in the log."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from units.actions import record_account
from units.models import User


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """The entry follows the account: one transaction around both would hold the database while
        somebody types a password."""
        known = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.filter(is_superuser=True).exclude(pk__in=known).order_by("pk"):
            record_account(actor=None, user=user)
