"""What a proof costs: signing in, the password once more, and a code, beside an empty page of the same run.

.venv/bin/python bench/proof.py      (the database is rolled back)
"""

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")
os.environ.setdefault("PROOF_MINUTES", "60")

ROUNDS = 30
PASSWORD = "cay-bang-la-do-9"  # noqa: S105 – of an account that is rolled back


def timed(work: Any) -> float:
    started = time.perf_counter()
    answer = work()
    taken = time.perf_counter() - started
    assert answer.status_code in (200, 302), answer.status_code
    return taken


def measure() -> None:
    from allauth.account.adapter import get_adapter
    from django.core.cache import cache
    from django.test import Client, RequestFactory
    from django.urls import reverse

    from units.models import User

    assert get_adapter(RequestFactory().get("/"))
    user = User(username="do-thoi-gian", full_name="Người đo", email="do@example.vn")
    user.set_password(PASSWORD)
    user.save()
    client = Client(SERVER_NAME="127.0.0.1")
    taken: dict[str, list[float]] = {name: [] for name in ("trang tài khoản (nền)", "đăng nhập", "gõ lại mật khẩu")}
    for _ in range(ROUNDS):
        cache.clear()
        fresh = Client(SERVER_NAME="127.0.0.1")
        given = {"username": user.username, "password": PASSWORD}
        taken["đăng nhập"].append(timed(lambda: fresh.post(reverse("account_login"), given)))  # noqa: B023
        client.force_login(user)
        taken["trang tài khoản (nền)"].append(timed(lambda: client.get(reverse("account_home"))))
        proof = reverse("account_reauthenticate")
        taken["gõ lại mật khẩu"].append(timed(lambda: client.post(proof, {"password": PASSWORD})))  # noqa: B023
    empty = statistics.median(taken["trang tài khoản (nền)"])
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        print(f"{name:<28}{middle * 1000:8.1f} ms {middle / empty:6.2f} ×")


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        print(f"{connection.vendor}: mỗi việc {ROUNDS} lần, mật khẩu băm bằng Argon2")
        measure()
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
