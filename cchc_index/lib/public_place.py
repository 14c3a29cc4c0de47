"""Whether an address leads anybody here, or only whoever sits at this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def leads_here(address: str) -> bool:
    """Whether readers elsewhere can follow the address: neither this machine's own name nor a loopback or unset one."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in ("http", "https") or not host or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        number = ip_address(host)
    except ValueError:
        return True
    return not (number.is_loopback or number.is_unspecified or number.is_link_local)
