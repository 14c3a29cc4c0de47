"""The served site of the review screen as its browser tests use it: steps in its database, addresses, counts."""

from cchc_index.lib.tests.browser import Site

MINE, OTHER = "DV1", "DV2"


def step(name: str) -> str:
    """A step of `review_site`, as Python for the site's own shell."""
    return f"from appraisal.tests.review import review_site; review_site.{name}()"


def after(site: Site, name: str) -> None:
    site.python(step(name))


def counted(site: Site, rows: str) -> int:
    """What the database says."""
    return int(site.python(f"print({rows}.count())"))


def decisions(site: Site, unit: str, action: str) -> int:
    return counted(site, f"Appraisal.objects.filter(unit__code={unit!r}, action={action!r})")


def cell(code: str, unit: str = MINE) -> str:
    return f"/tham-dinh/khoi/so/don-vi/{unit}/{code}/"
