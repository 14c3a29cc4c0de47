"""Who signed a PDF, when, and whether it is still what was signed. No network, no Django; runs in the bounded child."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

INTACT, CHANGED, ADDED, EARLIER, UNREADABLE = "intact", "changed", "added", "earlier", "unreadable"
"""As signed; bytes under the signature differ; contents were added later that no signature vouches for; added later
and vouched for by a later signature; the signature could not be judged."""
MOST = 20

Signature = dict[str, Any]
_LIBRARIES = (
    "pyhanko.pdf_utils.reader",
    "pyhanko.keys",
    "pyhanko.sign.validation.settings",
    "pyhanko.sign.validation.status",
    "pyhanko.sign.diff_analysis",
    "pyhanko_certvalidator",
)


def prepare() -> None:
    """Import now what is needed later."""
    for library in _LIBRARIES:
        importlib.import_module(library)


def signatures_of(path: str | Path, roots: str = "") -> list[Signature]:
    """`{"state", "by", "at", "trusted"}` for each signature, oldest first; `at` is the signer's own clock (ISO) or "",
    `trusted` None without a folder of roots. Certificates are judged as of that moment, without asking anybody."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # inline: child process

    with open(path, "rb") as stored:
        reader = PdfFileReader(stored, strict=False)
        if reader.encrypted:
            reader.decrypt("")
        trusted = list(_certificates(roots))
        found = [_judged(one, trusted) for one in reader.embedded_regular_signatures[:MOST]]
    vouched = bool(found) and found[-1]["state"] == INTACT
    for one in found[:-1]:
        if one["state"] == ADDED and vouched:
            one["state"] = EARLIER
    return found


def _certificates(folder: str) -> Iterator[Any]:
    from pyhanko.keys import load_certs_from_pemder  # inline: child process

    files = sorted(Path(folder).glob("*")) if folder else []
    yield from load_certs_from_pemder(str(each) for each in files if each.suffix.lower() in (".pem", ".crt", ".cer"))


def _judged(signature: Any, roots: list[Any]) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature  # inline: child process

    try:
        status = validate_pdf_signature(signature, _context(signature, roots), key_usage_settings=_usage())
    except Exception:  # a hostile or old-fashioned signature can fail in any way
        return {"state": UNREADABLE, "by": "", "at": "", "trusted": None}
    at = signature.self_reported_timestamp
    return {
        "state": _state(status),
        "by": _name(status.signing_cert),
        "at": at.isoformat() if at else "",
        "trusted": bool(status.trusted) if roots else None,
    }


def _context(signature: Any, roots: list[Any]) -> Any:
    from pyhanko_certvalidator import ValidationContext  # inline: child process

    at = signature.self_reported_timestamp
    at = at if at is not None and at.tzinfo is not None else None
    return ValidationContext(trust_roots=roots, allow_fetching=False, moment=at, weak_hash_algos=set())


def _usage() -> Any:
    from pyhanko.sign.validation.settings import KeyUsageConstraints  # inline: child process

    return KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


def _state(status: Any) -> str:
    from pyhanko.sign.diff_analysis import ModificationLevel  # inline: child process
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # inline: child process

    if not (status.intact and status.valid):
        return CHANGED
    if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return ADDED
    return ADDED if status.modification_level == ModificationLevel.OTHER else INTACT


def _name(certificate: Any) -> str:
    names = certificate.subject.native
    name = names.get("common_name") or names.get("organization_name") or certificate.subject.human_friendly
    return str(name if isinstance(name, str) else " ".join(name))[:200]
