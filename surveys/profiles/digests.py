"""What the log keeps of a profile."""

from typing import Any

from cchc_index.lib.canonical import digest
from surveys.models import MappingProfile


def facts(profile: MappingProfile) -> dict[str, Any]:
    """Sender, version and one digest over all that decides how a file is read."""
    whole = [profile.round_group_id, profile.sender, profile.version, profile.shape, _exact(profile.mapping)]
    return {"sender": profile.sender, "version": profile.version, "digest": digest(whole)}


def _exact(value: Any) -> Any:
    """JSON's fractions as text: canonical data holds no float."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return repr(value) if isinstance(value, float) else value
