"""The verbs that write: the council's, the replying unit's, and the archive's."""

from .archive import import_standings
from .council import adjust, bulk_recognise, recognise, release, withdraw
from .replies import reply

__all__ = ["adjust", "bulk_recognise", "import_standings", "recognise", "release", "reply", "withdraw"]
