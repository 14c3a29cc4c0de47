"""Devices that have opened an account before: a sealed cookie names the accounts, to this site alone.

Guesses from everywhere may use up what strangers are allowed for a name; on a device of their own the owner comes in.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = f"{settings.COOKIE_PREFIX}device"
SALT = "units.signin.device"
AGE = 365 * 24 * 3600
ACCOUNTS = 8
"""An office computer is used by several people; the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: its own random mark, and the marks of the names that it has opened."""

    mark: str
    names: tuple[str, ...] = ()


def of(request: HttpRequest) -> Device | None:
    """The browser's mark, as sealed by us; None for a browser that never opened an account, or a forged mark."""
    try:
        given = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
        return Device(str(given["mark"]), tuple(given["names"]))
    except (signing.BadSignature, KeyError, TypeError):
        return None


def mark_for(request: HttpRequest, name: str) -> str:
    """The mark of the browser where it has opened the account of this name before, else ""."""
    device = of(request)
    return device.mark if device and _sealed(name) in device.names else ""


def remember(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """The browser has opened the account of this name."""
    device = of(request) or Device(secrets.token_urlsafe(16))
    names = [_sealed(name), *(known for known in device.names if known != _sealed(name))][:ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps({"mark": device.mark, "names": names}, salt=SALT),
        max_age=AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _sealed(name: str) -> str:
    """Who reads the cookie learns no names."""
    return salted_hmac(SALT, name.casefold()).hexdigest()[:20]
