"""Who has proved lately who sits there, the door before what cannot be taken back, and who needs a second factor."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import serialize_request
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.http import urlencode

from cchc_index.lib import clock
from units.models import DECIDING, User
from units.rules import AnyUser, grants

BEGUN = "begun"
"""Where a session keeps the second at which its owner signed in."""


def proof_is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in, or confirmed by password or code, less than PROOF_MINUTES ago; 0 asks nobody."""
    if not settings.PROOF_MINUTES:
        return True
    if not isinstance(request.user, User):
        return False
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(proofs) and time.time() - max(proofs) < settings.PROOF_MINUTES * 60


def ask_for_proof(request: HttpRequest) -> None:
    """Stand before what cannot be taken back, after the check of rights; without a fresh proof leads to the page that
    asks for one. What was sent waits in the session and is done after it, typed words, address and all.
    Raises ImmediateHttpResponse, which the library's middleware answers with; PermissionDenied for who has no way to
    prove it."""
    if proof_is_fresh(request):
        return
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    if not ways:
        raise PermissionDenied
    request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
    raise ImmediateHttpResponse(redirect(f"{ways[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: request.path})}"))


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
