"""What a form sends is named in English, as all code is; addresses and their queries speak Vietnamese.

Looked at: controls of forms that are posted (in a template's `<form method="post">`, tied to one by `form=`, in a
fragment without a form of its own, or in markup that code writes), names that code reads of what was posted, and
fields of form classes. A name that a template takes from a variable is seen where code makes it, if at all.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
APPS = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results")

ENGLISH = """
above abstained abstract accept after answer applicable area assessed assignee at audience ballots blank branch cells
choice chosen claimed close closes code coded column comment confirm criteria criterion date dated decision document
documents due duplicates email errata everything evidence explanation favour file filter first from full giver good
group guidance heir held hidden interest issued issuer keep kind known level line link mapping max maxima member
members membership mode na name new next no not number on only onward open opens opinions opposed original outcome own
owner page paper people picture place plan planned points present presiding proposal proposals reach reason refuse
replace report required role round row rows rule save scale seat second secretary section seed seen send sender share
sheet source stage state stay straight survey take taker target text ticket title to tolerance total two unit units
upload user verb version weight who words year
"""
"""What names of controls are put together from. A new word is English and means one thing everywhere."""
WORDS = frozenset(ENGLISH.split())

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
CONTROL = re.compile(r"<(?:input|button|select|textarea)\b[^<>]*?\bname=[\"']?([^\"'\s>]+)", re.S)
READ = re.compile(r"\.(?:POST|FILES)(?:\.get|\.getlist)?[(\[]\"([^\"]+)\"|\"([^\"]+)\" (?:not )?in request\.POST")


def posted_controls(template: str) -> Iterator[str]:
    """Names of the controls that a template posts."""
    kept = re.sub(r"\{[#%].*?[#%]\}", "", re.sub(r"\{\{[^{}]*\}\}", "{}", template), flags=re.S)
    forms = [(form[1], form[2]) for form in FORM.finditer(kept)]
    posted = [inside for attributes, inside in forms if re.search(r"method=\"?post", attributes)]
    outside = FORM.sub("", kept)
    loose = outside if not forms else "".join(re.findall(r"<\w+\b[^<>]*\bform=[^<>]*>", outside))
    for text in (*posted, loose):
        yield from (name for name in CONTROL.findall(text) if "{" not in name)


def form_fields(source: str) -> Iterator[str]:
    """Names of the fields that classes called something with Form declare."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any("Form" in ast.unparse(base) for base in node.bases):
            for line in node.body:
                target = (
                    line.target
                    if isinstance(line, ast.AnnAssign)
                    else line.targets[0]
                    if isinstance(line, ast.Assign)
                    else None
                )
                value = getattr(line, "value", None)
                if isinstance(target, ast.Name) and isinstance(value, ast.Call) and "Field" in ast.unparse(value.func):
                    yield target.id


def names_in_code(source: str) -> Iterator[str]:
    """Names that a module reads of what was posted, writes into markup, or declares as fields."""
    yield from (first or second for first, second in READ.findall(source))
    yield from (name for name in CONTROL.findall(source) if "{" not in name)
    yield from form_fields(source)


def foreign(name: str) -> bool:
    return not set(re.split(r"[_-]", name)) <= WORDS


def _code() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"tests", "migrations"} & {*path.parts}:
                yield path


def test_controls_of_posted_forms_are_named_in_english() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for name in posted_controls(path.read_text(encoding="utf-8"))
        if foreign(name)
    }
    assert found == set()


def test_what_code_reads_writes_and_declares_is_named_in_english() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in _code()
        for name in names_in_code(path.read_text(encoding="utf-8"))
        if foreign(name)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ('<form class="x" method="post"><button name="viec" value="1"></form>', ["viec"]),
        ('<form method="get"><input name="loc"></form>', []),
        ('<form method="get"></form><input form="f" name="luu">', ["luu"]),
        ('<form method="get"></form><input name="q">', []),
        ('{% if more > 1 %}<input {% if a %}class="b"{% endif %} name="tep">{% endif %}', ["tep"]),
        ('<form method="post"><input name="{{ each.name }}"></form>', []),
    ],
)
def test_a_posted_control_is_seen_wherever_it_stands(template: str, names: list[str]) -> None:
    assert list(posted_controls(template)) == names


@pytest.mark.parametrize(
    "source",
    [
        'request.POST.get("viec", "")',
        'request.POST.getlist("viec")',
        'request.FILES["viec"]',
        'given = "viec" in request.POST',
        'TICK = \'<input type="checkbox" name="viec">\'',
        "class AForm(forms.Form):\n    viec = forms.CharField()",
        "class AForm(BaseForm):\n    viec: 'forms.ModelChoiceField[X]' = forms.ModelChoiceField()",
    ],
)
def test_a_name_in_code_is_seen_however_it_is_asked_for(source: str) -> None:
    assert list(names_in_code(source)) == ["viec"]
    assert foreign("viec")
