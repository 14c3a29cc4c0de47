"""`manage.py createsuperuser`: Django's own, with the new administrator in the log."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from units.actions import record_account
from units.models import User


class Command(createsuperuser.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        last = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        super().handle(*args, **options)
        for user in User.objects.filter(pk__gt=last).order_by("pk"):
            record_account(actor=None, user=user)
