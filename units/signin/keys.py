"""Security keys and passkeys as a second factor (WebAuthn): the library's pages, with what our script needs."""

import json
from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn import views as library
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from .adapter import SecondFactorAdapter


class OnlyWhereOffered:
    """404 where the settings offer no security keys."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SECURITY_KEYS:
            raise Http404
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


def with_options(context: dict[str, Any], name: str) -> dict[str, Any]:
    """The challenge as the script reads it from the page: JSON in an attribute, for no script stands in a page."""
    given = context.get("js_data", {}).get(name)
    return {**context, "options": json.dumps(given) if given else ""}


class Authenticate(AuthenticateView):  # type: ignore[misc]
    """The second factor after the password: a code, or a key."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.stage.login.user
        keys = settings.SECURITY_KEYS and SecondFactorAdapter().is_mfa_enabled(user, ["webauthn"])
        context = with_options(super().get_context_data(**kwargs), "request_options")
        return {**context, "has_key": keys, "has_app": SecondFactorAdapter().is_mfa_enabled(user, ["totp"])}


class AddKey(OnlyWhereOffered, library.AddWebAuthnView):  # type: ignore[misc]
    """A new key beside those there are."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return with_options(super().get_context_data(**kwargs), "creation_options")


class Keys(OnlyWhereOffered, library.ListWebAuthnView):  # type: ignore[misc]
    """One's own keys."""


class RenameKey(OnlyWhereOffered, library.EditWebAuthnView):  # type: ignore[misc]
    """Another name."""


class RemoveKey(OnlyWhereOffered, library.RemoveWebAuthnView):  # type: ignore[misc]
    """A key that is lost or given back; who needs a second factor keeps one."""

    def form_valid(self, form: Any) -> HttpResponse:
        adapter = SecondFactorAdapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            error: ValidationError = adapter.validation_error("cannot_delete_authenticator")
            form.add_error(None, error)
            again: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=409)
            return again
        response: HttpResponse = super().form_valid(form)
        return response


class ProveByKey(OnlyWhereOffered, library.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """The key once more, before what cannot be taken back."""

    def form_invalid(self, form: Any) -> HttpResponse:
        again: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return again

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = with_options(super().get_context_data(**kwargs), "request_options")
        return {**context, **kwargs}
