"""What every page of a publication shares: where it lies, who may see it, what it says of itself."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.urls import reverse

from criteria.queries import show_year
from results.book import slug
from results.gates.listing import from_json
from results.models import Publication

from . import queries


@dataclass(frozen=True)
class BundleAddress:
    """Where the pages of a bundle lie: at a publication's stable address, or in the manager's preview."""

    year: int
    number: str = ""
    preview: bool = False

    @classmethod
    def of(cls, publication: Publication) -> "BundleAddress":
        return cls(publication.round.year, slug(publication.number))

    def _reverse(self, name: str, *arguments: str) -> str:
        if self.preview:
            return reverse(f"results:preview{name}", args=[self.year, *arguments])
        return reverse(f"results:publication{name}", args=[self.year, self.number, *arguments])

    def home(self) -> str:
        return self._reverse("")

    def unit(self, group: str, code: str) -> str:
        return self._reverse("-unit", group, code)

    def criterion(self, group: str, code: str) -> str:
        return self._reverse("-criterion", group, code)

    def area(self, group: str, code: str) -> str:
        """The page of an area; a preview has none."""
        return "" if self.preview else self._reverse("-area", group, code)

    def compare(self, group: str) -> str:
        return self._reverse("-compare", group)

    def signed(self) -> str:
        """The signed decision; a preview has none."""
        return "" if self.preview else reverse("results:signed-decision", args=[self.year, self.number])

    def table(self, name: str) -> str:
        """A plain table of the publication, `cells` or `criteria`; a preview has none."""
        return "" if self.preview else reverse(f"results:{name}", args=[self.year, self.number, self.year])

    def file(self, kind: str) -> str:
        """A file of the publication; a preview has none."""
        return (
            ""
            if self.preview
            else reverse(
                "results:file",
                kwargs={"year": self.year, "number": self.number, "named_year": self.year, "kind": kind},
            )
        )


def publication_or_404(request: HttpRequest, year: int, number: str) -> Publication:
    """The publication at the address, for those who may see it; the frame then shows its year."""
    show_year(request, year)
    publication = queries.find(request.user, year, number)
    if publication is None:
        raise Http404
    return publication


def open_publication(request: HttpRequest, year: int, number: str) -> Publication:
    """`publication_or_404` for files, which have no frame. For what is published neither session nor account is asked,
    so that the answer may be kept for all."""
    publication = queries.find(AnonymousUser(), year, number)
    if publication is None or publication.state != Publication.State.PUBLISHED:
        publication = queries.find(request.user, year, number)
    if publication is None:
        raise Http404
    return publication


PREVIEWED: dict[str, Any] = {
    "publication": None,
    "superseded_by": None,
    "superseded_address": "",
    "gates": [],
    "signed": None,
    "signed_address": "",
}
"""What the same pages say of a preview, which no publication stands behind."""


def standing(publication: Publication) -> dict[str, Any]:
    """What every page of a publication says about it."""
    later = getattr(publication, "superseded_by", None)
    if later is not None and later.state != Publication.State.PUBLISHED:
        later = None
    address = BundleAddress(publication.round.year, slug(later.number)).home() if later else ""
    gates = [str(gate) for gate in from_json(publication.open_gates)]
    return {"publication": publication, "superseded_by": later, "superseded_address": address, "gates": gates}
