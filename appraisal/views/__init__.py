"""The council's pages and the unit's replies."""

from .bulk import bulk
from .cell import cell
from .council import by_criterion, by_unit, home, release
from .replies import document, replies, reply

__all__ = ["bulk", "by_criterion", "by_unit", "cell", "document", "home", "release", "replies", "reply"]
