"""What the suite notices in templates, and what it lets pass."""

from collections.abc import Iterator

import pytest
from django.template import Context, Engine, Origin, Template

from cchc_index.lib.tests.strict_templates import TEMPLATES


class Unit:
    name = "Sở Nội vụ"
    head = None


@pytest.fixture
def faults(asked_in_vain: set[str]) -> Iterator[set[str]]:
    """What the suite's own net caught; emptied, since here the faults are meant."""
    yield asked_in_vain
    asked_in_vain.clear()


def _render(source: str, origin: str = f"{TEMPLATES}/page.html") -> str:
    template = Template(source, origin=Origin(origin), name="page.html", engine=Engine(debug=True))
    return template.render(Context({"unit": Unit(), "errors": {"number": "Ghi số"}}))


@pytest.mark.parametrize(
    "source",
    [
        "{{ unti }}",
        "{% if unti %}x{% endif %}",
        "{% if unit and unti %}x{% endif %}",
        "{% for one in unti %}x{% endfor %}",
        "{% with x=unti %}x{% endwith %}",
    ],
)
def test_a_name_nobody_gave_is_noticed(source: str, faults: set[str]) -> None:
    _render(source)
    assert faults == {"page.html: no name unti"}


def test_an_attribute_the_object_has_not_is_noticed(faults: set[str]) -> None:
    _render("{% if unit.nmae %}x{% endif %}")
    assert faults == {"page.html: unit.nmae: Unit has no nmae"}


def test_a_name_that_the_tag_block_hides_is_noticed(faults: set[str]) -> None:
    _render("{% block content %}{{ block }}{% with block=unit %}{{ block.name }}{% endwith %}{% endblock %}")
    assert faults == {"block: the name is hidden by the tag {% block content %}"}


def test_look_ups_in_none_and_in_mappings_are_not_noticed(faults: set[str]) -> None:
    assert _render("{{ unit.head.name }}{{ errors.page }}{{ unit.name }}") == "Sở Nội vụ"
    assert faults == set()


def test_templates_of_packages_are_not_checked(faults: set[str]) -> None:
    _render("{{ unti }}", origin="/usr/lib/django/admin/index.html")
    assert faults == set()
