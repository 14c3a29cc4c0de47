"""Every way a sheet comes in, each as a person uses it: a command, or the pages of an upload to their end."""

from collections.abc import Callable
from pathlib import Path

from . import sheet_commands as commands
from . import sheet_pages as pages
from .sheet_way import Way

WAYS: dict[str, Callable[[Path], Way]] = {
    "units": commands.units,
    "criteria": commands.criteria,
    "scores": commands.scores,
    "ballots": commands.ballots,
    "figures": commands.figures,
    "people": commands.people,
    "page of units": pages.units_page,
    "page of an annex": pages.criteria_page,
    "page of finished scores": pages.scores_page,
    "page of ballots": pages.ballots_page,
    "page of figures": pages.figures_page,
    "page of people": pages.people_page,
    "workbook": pages.workbook,
    "administration of units": pages.unit_catalogue,
    "administration of people": pages.people_catalogue,
    "administration of criteria": pages.criteria_catalogue,
}
