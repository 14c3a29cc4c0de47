"""Who has proved lately who sits there, the door before what cannot be taken back, and who needs a second factor."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cchc_index.lib import clock
from units.models import DECIDING, User
from units.rules import AnyUser, grants


def proof_is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in, or confirmed by password or code, less than PROOF_MINUTES ago; 0 asks nobody."""
    if not settings.PROOF_MINUTES:
        return True
    if not isinstance(request.user, User):
        return False
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(proofs) and time.time() - max(proofs) < settings.PROOF_MINUTES * 60


P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponse)


def proved(view: Callable[P, R]) -> Callable[P, R]:
    """A view whose POST asks for a fresh proof first. What was sent is kept and done after the proof."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        request: Any = args[0]
        if request.method == "POST":
            ask_for_proof(request)
        return view(*args, **kwargs)

    return guarded


def ask_for_proof(request: HttpRequest) -> None:
    """For a view that does more than one thing. Raises ReauthenticationRequired, which leads to the proof and back."""
    if request.user.is_authenticated and not proof_is_fresh(request):
        raise ReauthenticationRequired


def needs_second_factor(user: AnyUser) -> bool:
    """Heads, council members, index managers and administrators, wherever it is asked for."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_staff or user.is_superuser or not grants(user).roles.isdisjoint(DECIDING)


def is_demanded_today() -> bool:
    """Whether the second factor is asked for already: SECOND_FACTOR_FROM."""
    return settings.SECOND_FACTOR_FROM is not None and clock.today() >= settings.SECOND_FACTOR_FROM


def owes_second_factor(request: HttpRequest) -> bool:
    """Whether the person must switch it on before anything else. One query at most: whoever came in by it has it."""
    if not is_demanded_today() or not needs_second_factor(request.user):
        return False
    records = get_authentication_records(request, request.user)
    return not any(record["method"] == "mfa" for record in records) and not has_second_factor(request.user)


def has_second_factor(user: AnyUser) -> bool:
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))
