"""The verifier that readers download: forgeries that their author sealed again fall, whatever is no plain lie about an
input; three answers are told apart; and it agrees with the arithmetic it does not share."""

import io
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cchc_index.lib.commands import CommandRefused
from results import bundle, verify
from results.tests import method_alone
from results.tests.forgeries import (
    CELL,
    FORGERIES,
    GROUNDLESS,
    RESPELT,
    Forgery,
    G,
    grounded,
    honest,
    put,
    random_bundle,
    sealed,
    shuffle,
)


def test_an_honest_file_agrees_with_itself() -> None:
    assert verify.problems(sealed(honest())) == []


def test_a_file_that_says_its_grounds_agrees_with_itself() -> None:
    text = sealed(grounded())
    assert (verify.problems(text), bundle.verify(text)) == ([], [])
    assert method_alone.agrees(text)
    assert grounded()["groups"][0]["results"] == honest()["groups"][0]["results"]


@pytest.mark.parametrize("name", GROUNDLESS)
def test_forged_grounds_sealed_again_fall(name: str) -> None:
    forged = grounded()
    GROUNDLESS[name](forged)
    assert verify.problems(sealed(forged)) != []


def test_grounds_are_under_the_digest() -> None:
    text = sealed(grounded()).replace("Quá hạn".encode(), "Đúng hạn".encode(), 1)
    assert "SHA-256" in verify.problems(text)[0]
    assert "SHA-256" in bundle.verify(text)[0]


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_sealed_again_falls(name: str) -> None:
    forged = honest()
    FORGERIES[name](forged)
    assert verify.problems(sealed(forged)) != []


def test_the_command_says_the_same_sentence(tmp_path: Path) -> None:
    """And after it what the installation's own arithmetic finds, if that is more."""
    for name, forge in FORGERIES.items():
        forged = honest()
        forge(forged)
        (path := tmp_path / "a.json").write_bytes(sealed(forged))
        with pytest.raises(CommandRefused) as caught:
            call_command("verify_publication", str(path), stderr=io.StringIO())
        assert caught.value.lines[0] == verify.problems(path.read_bytes())[0], name


@pytest.mark.parametrize(
    "lie",
    [
        put(*CELL, "points", value="0.9999"),
        put(*G, "units", 0, "name", value="Sở Khác"),
        put(*G, "policies", "ties", value="dense"),
        put("date", value="2025-03-02"),
        put("date", value="2029-12-31"),
        put("groups", 1, "units", 0, "name", value="Sở 0 của huyện"),
        put(*G, "criteria", 1, "printed_code", value=""),
    ],
)
def test_a_plain_lie_about_an_input_agrees_with_itself(lie: Forgery) -> None:
    """The negative control: what only the city can deny passes, and is told apart by its digest alone."""
    forged = honest()
    lie(forged)
    assert verify.problems(sealed(forged)) == []
    assert forged["digest"] != honest()["digest"]


@pytest.mark.parametrize(
    "result",
    [
        *(("rank", 1.0), ("rank", True), ("rank", 99), ("rank", "1"), ("rank", None), ("points", "0")),
        *(("bonus", "-0"), ("bonus", "0.0"), ("index", ""), ("band", "Xuất sắc"), ("incomplete", ["1.1"])),
    ],
)
def test_a_result_that_does_not_follow_falls(result: tuple[str, object]) -> None:
    forged = honest()
    forged["groups"][0]["results"][0][result[0]] = result[1]
    forged["digest"] = bundle.digest_of(forged)
    assert verify.problems(bundle.text_of(forged).encode()) == ["Khối so: kết quả khác với kết quả tính lại."]


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"groups": NaN}', b"[" * 5_000, b"1"])
def test_what_is_no_file_of_ours_is_a_sentence(data: bytes) -> None:
    assert len(verify.problems(data)) == 1


@pytest.mark.parametrize("made", [honest, grounded])
def test_a_changed_byte_is_found(made: Callable[[], dict[str, Any]]) -> None:
    text = bundle.text_of(made())
    for at in range(0, len(text), max(1, len(text) // 40)):
        changed = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        assert verify.problems(changed.encode())
        assert bundle.verify(changed)


@pytest.mark.parametrize("name", RESPELT)
def test_a_file_spelt_otherwise_falls(name: str) -> None:
    """Cells are read as text, piece by piece: each has one spelling, and nothing stands between them."""
    text = sealed(honest())
    old, new = (part.encode() for part in RESPELT[name])
    respelt = text.replace(old, new, 1)
    assert respelt != text
    assert verify.problems(respelt)
    assert bundle.verify(respelt)


def test_names_that_look_like_the_marks_of_the_file_are_names() -> None:
    """The pieces are found by marks that no text can hold, for its quotes are escaped."""
    for name in ('x"cells":[', '}],"code":', '},{"ballots":', "},", '\\"cells":[', "}]"):
        made = honest()
        for group in made["groups"]:
            group["note"], group["name"] = name, name + group["code"]
            for row in (*group["units"], *group["cells"]):
                key = "code" if "code" in row else "unit"
                row[key] = f"{name}{row[key]}{name}"
        text = sealed(made)
        assert (verify.problems(text), bundle.verify(text)) == ([], []), name


def test_cells_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "_PIECE", 1)
    text = sealed(honest())
    assert bundle.verify(text) == []
    assert bundle.verify(text.replace(b'"points":"1"', b'"points":"0"', 1))


@pytest.mark.parametrize("na", ["rescale", "shrink", "full"])
@pytest.mark.parametrize("ties", ["competition", "dense"])
def test_agrees_with_the_arithmetic_it_does_not_share(na: str, ties: str) -> None:
    """A hundred random bundles for each pair of policies; both write the same results."""
    chance = random.Random(f"{na} {ties}")
    for _ in range(100):
        made = honest(na=na, ties=ties)
        for group in made["groups"]:
            for cell in group["cells"]:
                shuffle(cell, chance)
        assert verify.problems(sealed(made)) == []


class TestThreeAnswers:
    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The downloaded file alone, without this project."""
        copy = Path(arguments[0]).with_name("verify.py")
        copy.write_bytes(Path(verify.__file__).read_bytes())
        command = [sys.executable, "-I", str(copy), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=copy.parent, check=False)

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        (path := tmp_path / "a.json").write_bytes(sealed(honest()))
        return path

    def test_vouched_for_by_its_digest(self, path: Path) -> None:
        done = self.run(str(path), honest()["digest"].upper())
        assert (done.returncode, done.stdout) == (0, "Đúng là bản công bố có mã đã cho.\n")

    def test_agrees_with_itself_alone(self, path: Path) -> None:
        assert self.run(str(path)).returncode == 3

    def test_is_not_the_one_of_that_digest(self, path: Path) -> None:
        done = self.run(str(path), "0" * 64)
        assert (done.returncode, "không phải bản công bố ấy" in done.stderr) == (2, True)

    def test_is_none_at_all(self, path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(b"S1", b"S7", 1))
        assert self.run(str(path), honest()["digest"]).returncode == 2


def test_it_is_one_short_file() -> None:
    """Under 300 lines of at most 120 columns, of the standard library alone."""
    lines = Path(verify.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 300
    assert max(map(len, lines)) <= 120
    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_a_program_written_from_the_published_method_alone_agrees() -> None:
    """On a hundred random bundles, all three verifiers; and not once a point is another one."""
    texts = [bundle.text_of(random_bundle(seed)).encode() for seed in range(100)]
    assert [method_alone.agrees(text) for text in texts] == [True] * 100
    assert [verify.problems(text) for text in texts] == [[]] * 100
    assert [bundle.verify(text.decode()) for text in texts] == [[]] * 100


def test_that_program_denies_another_point_and_another_digest() -> None:
    forged = random_bundle(1)
    forged["groups"][0]["results"][0]["points"] = "0.5"
    assert not method_alone.agrees(bundle.text_of(forged).encode())
    forged["digest"] = bundle.digest_of(forged)
    assert not method_alone.agrees(bundle.text_of(forged).encode())


def test_that_program_shares_no_line_with_the_others() -> None:
    imported = {
        line for line in Path(method_alone.__file__).read_text(encoding="utf-8").splitlines() if "import " in line
    }
    assert imported == {"import hashlib", "import json", "from fractions import Fraction", "from typing import Any"}
