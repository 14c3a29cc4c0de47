"""How people come in: from when they need a second factor, and the city's identity provider."""

from datetime import date

from django.core.exceptions import ImproperlyConfigured


def second_factor_from(given: str, *, production: bool) -> date | None:
    """From which day who decides needs a second factor; None: from none. In production at once, unless a day is set.
    Raises ImproperlyConfigured."""
    given = given.strip()
    if not given:
        return date.min if production else None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ImproperlyConfigured(f"SECOND_FACTOR_FROM = “{given}” không đúng: ghi ngày, ví dụ 2027-01-15.") from None


def single_sign_on(
    url: str, *, client: str, secret: str, name: str, production: bool = False
) -> dict[str, dict[str, object]]:
    """The identity provider by OpenID Connect, as allauth wants it; {} without its address. Raises
    ImproperlyConfigured."""
    if not url:
        return {}
    if not client or not secret:
        raise ImproperlyConfigured("OIDC_URL cần đi cùng OIDC_CLIENT_ID và OIDC_CLIENT_SECRET.")
    if production and not url.startswith("https://"):
        raise ImproperlyConfigured("OIDC_URL phải là https://… khi vận hành: mã đăng nhập không đi qua mạng ở dạng rõ.")
    app = {
        "provider_id": "sso",
        "name": name or "Đăng nhập một lần của Thành phố",
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
