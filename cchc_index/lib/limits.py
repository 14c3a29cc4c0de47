"""Bounds of the calling process, kept by the kernel."""

import resource


def bound(kind: int, most: int) -> None:
    """Let this process use at most `most` of `kind` (`resource.RLIMIT_…`, bytes or seconds), or what it was given
    already where that is less: an installation's own bound (`LimitAS=`, `ulimit`) cannot be raised, and stays."""
    _, given = resource.getrlimit(kind)
    limit = most if given == resource.RLIM_INFINITY else min(most, given)
    resource.setrlimit(kind, (limit, limit))
