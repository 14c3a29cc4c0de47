"""The published bundle: same inputs, same bytes, and any one changed character is found."""

import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cchc_index.lib import canonical
from results import bundle

HEADER = {
    "year": 2024,
    "illustrative": True,
    "assessed_from": "2024-01-01",
    "assessed_to": "2024-12-31",
    "number": "12/QĐ-UBND",
    "date": "2025-03-01",
}


def criterion(code: str, maximum: str, source: str = "self", kind: str = "normal") -> dict[str, Any]:
    return {
        "code": code,
        "printed_code": code,
        "name": f"Tiêu chí {code}",
        "parent": None,
        "is_leaf": True,
        "source": source,
        "kind": kind,
        "max_points": maximum,
        "provenance": "official",
    }


def cell(unit: str, code: str, points: str | None, state: str = "scored") -> dict[str, Any]:
    return {"unit": unit, "criterion": code, "state": state, "self_points": points, "points": points, "ballots": None}


def block(**policies: object) -> dict[str, Any]:
    return {
        "code": "so",
        "name": "Sở",
        "decision": "3598/QĐ-UBND",
        "note": "",
        "policies": {"na": "rescale", "ties": "competition", "bands": [{"name": "Tốt", "from": "80"}], **policies},
        "criteria": [criterion("1", "68"), criterion("2", "2"), criterion("3", "30", "survey")],
        "units": [{"code": "A", "name": "Sở Nội vụ"}, {"code": "B", "name": "Sở Tài chính"}],
        "cells": [
            cell("A", "1", "62"),
            cell("A", "2", None, "not_applicable"),
            cell("A", "3", "26.4"),
            cell("B", "1", "60.25"),
            cell("B", "2", "2"),
            cell("B", "3", None, "no_ballots"),
        ],
    }


@pytest.fixture
def text() -> str:
    return bundle.text_of(bundle.build(HEADER, [block()]))


def test_results_are_exact_texts(text: str) -> None:
    first, second = json.loads(text)["groups"][0]["results"]

    assert first == {
        "unit": "A",
        "name": "Sở Nội vụ",
        "group": "so",
        "points": "90.2235",
        "max_points": "100",
        "index": "90.22",
        "appraised_points": "63.8235",
        "appraised_max": "70",
        "appraised_index": "91.18",
        "survey_points": "26.4",
        "survey_max": "30",
        "survey_index": "88.00",
        "bonus": "0",
        "penalty": "0",
        "rank": 1,
        "band": "Tốt",
        "incomplete": [],
    }
    assert (second["unit"], second["index"], second["rank"], second["incomplete"]) == ("B", None, None, ["3"])


def test_a_bonus_is_capped_by_the_row_it_hangs_under() -> None:
    given = block()
    given["criteria"] += [
        {**criterion("9", "1.5", kind="bonus"), "is_leaf": False},
        *({**criterion(code, "1", kind="bonus"), "parent": "9"} for code in ("9.1", "9.2")),
    ]
    given["cells"] += [cell("A", code, "1") for code in ("9.1", "9.2")]
    assert [result["bonus"] for result in bundle.results_of(given)] == ["1.5", "0"]


def test_same_inputs_give_same_bytes_whatever_their_order() -> None:
    two = [block(), {**block(), "code": "huyen"}]
    written = bundle.text_of(bundle.build(HEADER, two))

    for seed in range(20):
        shuffled = [_shuffled(group, random.Random(seed)) for group in two]
        assert [group["cells"] for group in shuffled] != [group["cells"] for group in two]
        assert bundle.text_of(bundle.build(dict(reversed(HEADER.items())), shuffled)) == written


def _shuffled(group: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The group with its keys and every list of things in another order."""
    lists = {key: chance.sample(group[key], len(group[key])) for key in ("criteria", "units")}
    cells = group["cells"]
    lists["cells"] = next(given for given in iter(lambda: chance.sample(cells, len(cells)), None) if given != cells)
    return dict(reversed({**group, **lists}.items()))


def test_criteria_stand_in_the_order_they_are_printed() -> None:
    rows = [{"code": code} for code in ("2", "1.10", "A", "1.2", "10", "1")]
    ordered = bundle.in_order({"criteria": rows, "units": [], "cells": []})
    assert [row["code"] for row in ordered["criteria"]] == ["1", "1.2", "1.10", "2", "10", "A"]


def test_untouched_file_verifies(text: str) -> None:
    assert bundle.verify(text) == []


def test_every_changed_digit_is_found(text: str) -> None:
    places = [i for i, char in enumerate(text) if char.isdigit()]
    assert len(places) > 100

    assert [i for i in places if not bundle.verify(text[:i] + str((int(text[i]) + 1) % 10) + text[i + 1 :])] == []


def test_every_changed_or_dropped_character_is_found(text: str) -> None:
    for i in range(len(text)):
        other = "x" if text[i] != "x" else "y"
        assert bundle.verify(text[:i] + other + text[i + 1 :]), (i, text[i])
        assert bundle.verify(text[:i] + text[i + 1 :]), (i, text[i])


def test_added_space_or_line_is_found(text: str) -> None:
    assert bundle.verify(text + "\n")
    assert bundle.verify(text.replace(",", ", ", 1))


def resealed(text: str, change: Callable[[Any], object]) -> str:
    """The file of someone who also wrote a new digest."""
    data = json.loads(text)
    change(data)
    return bundle.text_of({**data, "digest": bundle.digest_of(data)})


def test_resealed_result_is_named_by_unit_and_value(text: str) -> None:
    def better(data: dict[str, Any]) -> None:
        data["groups"][0]["results"][0]["index"] = "99.22"

    assert bundle.verify(resealed(text, better)) == ["Khối so, đơn vị A: index công bố “99.22”, tính lại “90.22”."]


def test_resealed_cell_no_longer_gives_the_results(text: str) -> None:
    def worse(data: dict[str, Any]) -> None:
        data["groups"][0]["cells"][0]["points"] = "12"

    assert any("đơn vị A: points" in problem for problem in bundle.verify(resealed(text, worse)))


def test_resealed_order_or_missing_unit_is_found(text: str) -> None:
    assert bundle.verify(resealed(text, lambda data: data["groups"][0]["results"].reverse()))
    assert bundle.verify(resealed(text, lambda data: data["groups"][0]["results"].pop()))


@pytest.mark.parametrize(
    "change",
    [
        lambda group: group.pop("cells"),
        lambda group: group["cells"].append(group["cells"][0]),
        lambda group: group["cells"][0].update(points="1e3"),
        lambda group: group["cells"][0].update(points="NaN"),
        lambda group: group["cells"][0].update(points=None),
        lambda group: group["cells"][0].update(points=62),
        lambda group: group["cells"][0].update(state="lost"),
        lambda group: group["cells"][0].update(unit="Z"),
        lambda group: group["policies"].update(na="forget"),
        lambda group: group.update(criteria=None),
        lambda group: group.update(results=None),
    ],
)
def test_broken_content_gives_a_sentence_not_a_crash(text: str, change: Callable[..., Any]) -> None:
    problems = bundle.verify(resealed(text, lambda data: change(data["groups"][0])))

    assert problems
    assert all(problem.endswith(".") for problem in problems)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "1", "\ufeff{}", '{"format": "other"}', "[" * 100_000, '{"format":"cchc-index/1"}',
     '{"format":"cchc-index/1","groups":[1]}', '{"format":"cchc-index/1","year":1.5}',
     '{"format":"cchc-index/1","year":NaN}', '{"format":"cchc-index/1","name":"\\ud800"}',
     '{"format":"cchc-index/1","year":' + "9" * 5000 + "}"],
)  # fmt: skip
def test_what_is_no_bundle_gives_a_sentence(content: str) -> None:
    assert bundle.verify(content)


NO_JSON = "Tệp không phải JSON đọc được: tải lại tệp đã công bố."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", NO_JSON),
        ('{"format":"other","year":1.5}', NO_JSON),
        ('{"format":"other","year":NaN}', NO_JSON),
        ("[" * 100_000, NO_JSON),
        ("[]", "Tệp không phải gói công bố (cchc-index/1)."),
        ('{"format":"other"}', "Tệp không phải gói công bố (cchc-index/1)."),
    ],
)
def test_a_file_that_is_no_bundle_is_refused_with_what_it_lacks(content: str, said: str) -> None:
    assert bundle.verify(content) == [said]


def test_a_float_is_refused_though_the_seal_fits(text: str) -> None:
    assert bundle.verify(resealed(text, lambda data: data.update(year=2024.5))) == [NO_JSON]


def test_what_is_wrong_with_a_file_is_said_in_order(text: str) -> None:
    changed = "Mã kiểm tra (SHA-256) không khớp nội dung: tệp đã bị sửa."
    spaced = "Tệp không giữ nguyên từng ký tự của bản công bố: tải lại tệp gốc."
    assert bundle.verify(text.replace("12/QĐ-UBND", "13/QĐ-UBND")) == [changed]
    assert bundle.verify(text + "\n") == [spaced]
    assert bundle.verify(resealed(text, lambda data: data.pop("groups"))) == ["Tệp thiếu danh sách khối (groups)."]
    assert bundle.verify(resealed(text, lambda data: data["groups"][0]["results"].reverse())) == [
        "Khối so: danh sách kết quả thừa, thiếu hoặc sai thứ tự."
    ]


def test_a_unit_left_out_is_named_with_every_value_it_should_have(text: str) -> None:
    problems = bundle.verify(resealed(text, lambda data: data["groups"][0]["results"].pop(0)))
    assert problems[:2] == [
        "Khối so, đơn vị A: unit công bố (không có), tính lại “A”.",
        "Khối so, đơn vị A: name công bố (không có), tính lại “Sở Nội vụ”.",
    ]
    assert all("đơn vị A" in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda group: group["cells"].append(group["cells"][0]), "ô A / 1"),
        (lambda group: group["cells"][0].update(points=None), "ô A / 1"),
        (lambda group: group["cells"][1].update(points="1"), "ô A / 2"),
        (lambda group: group["cells"][0].update(state="lost"), "ô A / 1"),
        (lambda group: group["cells"][0].update(points="1e3"), "“1e3” không phải số thập phân viết thường"),
        (lambda group: group["cells"][0].update(points=62), "“62” không phải số thập phân viết thường"),
        (lambda group: group.pop("policies"), "'policies'"),
    ],
)
def test_a_block_that_cannot_be_recomputed_is_named_by_its_place(change: Callable[..., Any], said: str) -> None:
    text = bundle.text_of(bundle.build(HEADER, [block(), {**block(), "code": "huyen"}]))
    for place in (0, 1):

        def edit(data: Any, place: int = place) -> None:
            change(data["groups"][place])

        assert bundle.verify(resealed(text, edit)) == [
            f"Khối thứ {place + 1} có dữ liệu sai hoặc thiếu, không tính lại được: {said}."
        ]


def test_at_most_fifty_problems_are_named(text: str) -> None:
    def all_wrong(data: Any) -> None:
        data["groups"] = [{}] * 60

    problems = bundle.verify(resealed(text, all_wrong))
    assert len(problems) == 50
    assert problems[-1].startswith("Khối thứ 50 ")


def test_units_and_cells_stand_in_one_order() -> None:
    cells = [{"unit": unit, "criterion": code} for unit in ("B", "A") for code in ("1.10", "2", "1.2")]
    ordered = bundle.in_order({"criteria": [], "units": [{"code": "B"}, {"code": "A"}], "cells": cells})
    assert ordered["units"] == [{"code": "A"}, {"code": "B"}]
    assert [(cell["unit"], cell["criterion"]) for cell in ordered["cells"]] == [
        *(("A", code) for code in ("1.2", "1.10", "2")),
        *(("B", code) for code in ("1.2", "1.10", "2")),
    ]


def test_results_stand_by_rank_then_by_code_and_units_without_a_rank_last() -> None:
    points = {"A": "50", "B": None, "C": "60", "D": "50", "E": None}
    group = {
        **block(),
        "criteria": [criterion("1", "68")],
        "units": [{"code": code, "name": code} for code in reversed(points)],
        "cells": [cell(unit, "1", given, "scored" if given else "not_scored") for unit, given in points.items()],
    }
    assert [result["unit"] for result in bundle.results_of(group)] == ["C", "A", "D", "B", "E"]


def test_nan_has_no_canonical_text() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        bundle.canonical(float("nan"))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "goi.json"
    path.write_bytes(content)
    return path


class Watched(io.BytesIO):
    """A file that remembers how far it was read."""

    read_to = 0

    def close(self) -> None:
        self.read_to = self.tell()
        super().close()


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_BYTES", 2 * 1024 * 1024)
    assert len(bundle.read(written(tmp_path, b" " * bundle.MAX_BYTES))) == bundle.MAX_BYTES
    for beyond in (1, 100):
        stream = Watched(b" " * (bundle.MAX_BYTES + beyond))
        monkeypatch.setattr(Path, "open", lambda path, mode, stream=stream: stream)
        with pytest.raises(ValueError, match=r"^Tệp lớn hơn 2 MB, không phải gói công bố\.$"):
            bundle.read(tmp_path)
        assert stream.read_to == bundle.MAX_BYTES + 1


def test_a_file_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^Tệp không phải chữ UTF-8: tải lại tệp JSON đã công bố\.$"):
        bundle.read(written(tmp_path, "Sở".encode("utf-16")))


def test_the_command_says_that_it_fits_or_all_that_does_not(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text.encode())
    assert bundle.main([str(path)]) == 0
    assert capsys.readouterr() == ("Khớp: kết quả tính lại đúng từng ký tự.\n", "")
    written(tmp_path, text.replace('"62"', '"63"').encode())
    assert bundle.main([str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.splitlines()) == ("", bundle.verify(bundle.read(path)))
    assert len(err.splitlines()) > 1


def test_the_command_says_what_it_could_not_open_and_how_it_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundle.main([str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
    assert bundle.main([str(written(tmp_path, b"\xff"))]) == 2
    assert capsys.readouterr().err == "Tệp không phải chữ UTF-8: tải lại tệp JSON đã công bố.\n"
    for arguments in ([], ["a.json", "b.json"]):
        assert bundle.main(arguments) == 2
        assert capsys.readouterr() == ("", "Cách dùng: python3 -m results.bundle TỆP.json\n")


def test_digest_and_text_equal_those_of_lib_canonical(text: str) -> None:
    data = json.loads(text)
    rest = {key: value for key, value in data.items() if key != "digest"}

    assert data["digest"] == canonical.digest(rest)
    assert text == canonical.canonical_json(data) + "\n"


def test_exact_text_equals_that_of_lib_numbers() -> None:
    from cchc_index.lib.numbers import exact_text

    for text in ("90.2200", "0.0000", "-0.0", "100", "12.5", "-3.50", "0E-4", "1E+2"):
        assert bundle.exact(Decimal(text)) == exact_text(Decimal(text))


def run_alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Python's isolated mode without site packages: only the standard library is there."""
    program = "import sys; sys.path.insert(0, '.'); from results import bundle; sys.exit(bundle.main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *arguments],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
        timeout=60,
        check=False,
    )


def test_verifies_with_the_standard_library_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(text, encoding="utf-8")

    assert run_alone(str(path)).returncode == 0
    path.write_text(text.replace("62", "63"), encoding="utf-8")
    assert run_alone(str(path)).returncode == 2
    assert run_alone(str(tmp_path / "none.json")).returncode == 2
    assert run_alone().returncode == 2
