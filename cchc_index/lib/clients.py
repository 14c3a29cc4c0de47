"""Where a request comes from. The middleware `client_address` has looked behind the proxies of ours already."""

import ipaddress

from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 – says that no address is known; nothing listens there


def address_of(request: HttpRequest) -> str:
    """The client's address, for the log; "" when it is not known."""
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(request: HttpRequest) -> str:
    """The client's address as one that databases take; `NOWHERE` for none and for what is no address."""
    try:
        return str(ipaddress.ip_address(address_of(request)))
    except ValueError:
        return NOWHERE
