"""The unit's pages: thin ways in and out. Ids in, one action or query, answer."""

from .pages import home

__all__ = ["home"]
