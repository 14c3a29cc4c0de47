import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.numbers import vn
from criteria.models import Round
from criteria.tests.factories import RoundFactory, small_round
from results import bundle as bundle_format
from results import verify
from results.book import read_bundle
from results.computation import actions as computation
from results.files import making, paper, spreadsheets
from results.models import Job, Publication
from results.public.tables import area_lines, year_pairs
from results.publication import queries as published
from results.tests import bundles
from results.tests.published import publish
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

PLACE: dict[str, Any] = {"year": 2031, "number": "123-qd-ubnd"}


def text_of(client: Client, name: str, *args: object, query: str = "", **kwargs: object) -> str:
    response = client.get(reverse(f"results:{name}", args=args, kwargs=kwargs) + query)
    assert response.status_code == 200
    return response.content.decode()


def unit_address(code: str = "S01", group: str = "so") -> str:
    return reverse("results:publication-unit", args=[2031, "123-qd-ubnd", group, code])


def file_address(kind: str) -> str:
    return reverse("results:file", kwargs={**PLACE, "named_year": 2031, "kind": kind})


def test_before_publication_the_ranking_is_a_sentence(client: Client) -> None:
    RoundFactory.create(year=2031)
    assert "chưa được công bố" in text_of(client, "ranking")
    assert "khi kết quả của năm được công bố" in text_of(client, "method")
    assert "Chưa có bản công bố" in text_of(client, "data")


def test_pages_stand_without_any_round(client: Client) -> None:
    for name in ("ranking", "method", "data"):
        assert text_of(client, name)


@pytest.mark.parametrize("state", ["proposed", "withdrawn"])
def test_nothing_leaks_before_publication(client: Client, state: str) -> None:
    publish(state=state)
    UnitFactory.create(code="X9")
    assert "Sở Tài chính" not in text_of(client, "ranking")
    assert "123/QĐ-UBND" not in text_of(client, "data")
    for address in (unit_address(), *map(file_address, ("json", "csv", "xlsx", "pdf"))):
        assert client.get(address).status_code == 404


def test_a_unit_head_does_not_see_a_proposal_either(client: Client) -> None:
    publish(state="proposed")
    client.force_login(person(Role.UNIT_HEAD, unit=Unit.objects.get(code="S01")))
    assert client.get(unit_address()).status_code == 404
    assert client.get(reverse("results:publication", kwargs=PLACE)).status_code == 404


def test_computed_results_do_not_leak_into_public_pages(client: Client) -> None:
    round_group = small_round(year=2031)
    UnitFactory.create(group=round_group.group, name="Sở chưa công bố")
    computation.recompute(round_group_id=round_group.pk)
    for name in ("ranking", "method", "data"):
        assert "Sở chưa công bố" not in text_of(client, name)


def test_published_ranking_shows_the_bundles_numbers(client: Client) -> None:
    publication = publish()
    page = text_of(client, "ranking")
    for result in json.loads(publication.bundle)["groups"][0]["results"]:
        assert result["name"] in page
        assert result["index"].replace(".", ",") in page
    assert "123/QĐ-UBND" in page
    assert "Dữ liệu minh họa" in page
    assert "<svg" in page
    assert "style=" not in page


def test_blocks_stand_in_the_address(client: Client) -> None:
    publish()
    page = text_of(client, "ranking", query="?khoi=quan")
    assert "Quận Hoàn Kiếm" in page
    assert "Sở Tài chính" not in page


def test_search_without_accents(client: Client) -> None:
    publish()
    page = text_of(client, "ranking", query="?q=so+noi+vu")
    table = page[page.index("<table") : page.index("</table>")]
    assert "Sở Nội vụ" in table
    assert "Sở Tài chính" not in table
    assert "Không có đơn vị nào khớp" in text_of(client, "ranking", query="?q=%3Cb%3E")


@pytest.mark.parametrize(("by", "first"), [("ten", "Sở Giáo dục và Đào tạo"), ("dtxhh", None), ("la", None)])
def test_order_stands_in_the_address(client: Client, by: str, first: str | None) -> None:
    publish()
    page = text_of(client, "ranking", query=f"?sap={by}")
    if first:
        assert page.index(first) < page.index("Sở Nội vụ")


def test_unit_page_tells_the_four_states_apart(client: Client) -> None:
    bundle = bundles.small(3)
    group = bundle["groups"][0]
    own = [c for c in group["cells"] if c["unit"] == "S01"]
    for cell, state in zip(own, ("not_scored", "not_applicable", "no_ballots"), strict=False):
        cell.update(state=state, points=None)
    own[3].update(state="scored", points="0")
    publish(bundle_format.build({k: bundle[k] for k in bundles.header()}, _inputs(bundle)))
    page = client.get(unit_address()).content.decode()
    for words in ("chưa chấm", "không áp dụng", "không có phiếu", "đã có điểm", "0,00"):
        assert words in page


def _inputs(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [{k: v for k, v in g.items() if k != "results"} for g in bundle["groups"]]


def test_unit_page_links_every_criterion(client: Client) -> None:
    publish()
    page = client.get(unit_address()).content.decode()
    for code in ("1.1", "2.4", "3"):
        assert reverse("results:publication-criterion", args=[2031, "123-qd-ubnd", "so", code]) in page


def test_criterion_page_shows_all_units_of_the_block(client: Client) -> None:
    publish()
    page = client.get(
        reverse("results:publication-criterion", args=[2031, "123-qd-ubnd", "so", "1.2"])
    ).content.decode()
    for unit in bundles.units(4):
        assert unit["name"] in page
    assert "Quận Hoàn Kiếm" not in page


def test_up_to_four_units_side_by_side(client: Client) -> None:
    publish()
    address = reverse("results:publication-compare", args=[2031, "123-qd-ubnd", "so"])
    page = client.get(f"{address}?a=S03&b=S01").content.decode()
    assert page.index('value="S03" selected') != page.index('value="S01" selected')
    assert client.get(f"{address}?a=la&b=la").status_code == 200
    four = client.get(f"{address}?a=S03&b=S01&c=S02&d=S04").content.decode()
    table = four[four.index("<table") :]
    heads = [table.index(f">{unit['name']}</th>") for unit in bundles.units(4)]
    assert len(heads) == 4
    assert "1. Công tác chỉ đạo" in table
    once = client.get(f"{address}?a=S03&b=S03&c=S03").content.decode()
    assert once[once.index("<thead") : once.index("</thead")].count("<th") == 2 + 1  # thead itself


def test_an_area_has_a_page_with_ranks(client: Client) -> None:
    book = read_bundle(json.loads(publish().bundle))
    block = book.blocks[0]
    page = client.get(reverse("results:publication-area", args=[2031, "123-qd-ubnd", "so", "2"])).content.decode()
    ranked = area_lines(block, "2")
    assert [share for _, _, share in ranked] == sorted((s for _, _, s in ranked if s is not None), reverse=True)
    assert ranked[0][0] == 1
    for _rank, row, share in ranked:
        assert row.name in page
        assert vn(share) in page
    assert area_lines(block, "2")[-1][1].name not in page[: page.index(ranked[0][1].name)]
    own = client.get(unit_address(ranked[0][1].unit)).content.decode()
    assert "Hạng trong khối" in own


def test_search_meets_every_block(client: Client) -> None:
    publish()
    page = text_of(client, "ranking", query="?khoi=so&q=hoan+kiem")
    assert "khớp “hoan kiem”" in page
    assert unit_address("Q01", "quan") in page


def test_the_means_of_the_block_stand_first(client: Client) -> None:
    publish()
    page = text_of(client, "ranking")
    assert page.index("chỉ số trung bình của khối") < page.index("<table")
    assert 'property="og:title"' in page


def test_a_correction_shows_old_and_new_values(client: Client) -> None:
    old = publish()
    changed = bundles.small(4, number="456/QĐ-UBND")
    group = changed["groups"][0]
    cell = next(c for c in group["cells"] if c["unit"] == "S01" and c["points"] == "1")
    cell["points"] = "0.5"
    header = {k: changed[k] for k in bundles.header()}
    publish(bundle_format.build(header, _inputs(changed)), supersedes=old, errata="Sửa điểm.")
    page = text_of(client, "ranking")
    before, after = (book.blocks[0].by_unit["S01"].index for book in map(published.book_of, _both()))
    table = page[page.index("Số liệu thay đổi") :]
    assert vn(before) in table
    assert vn(after) in table


def test_a_correction_may_bring_a_unit_in_and_take_one_out(client: Client) -> None:
    old = publish(bundles.small(4, 1))
    publish(bundles.small(3, 2, number="456/QĐ-UBND"), supersedes=old, errata="Bổ sung một đơn vị, bớt một đơn vị.")
    page = text_of(client, "ranking")
    table = page[page.index("Số liệu thay đổi") :]
    assert bundles.units(4)[3]["name"] in table


def _both() -> list[Publication]:
    return list(Publication.objects.order_by("pk"))


def test_years_are_compared_on_what_they_share(client: Client) -> None:
    publish(bundles.small(3, year=2030, number="7/QĐ-UBND"))
    newer = bundles.small(4)
    for group in newer["groups"]:
        for row in group["criteria"]:
            if row["code"] == "1.1":
                row["name"] = "Nội dung mới"
    publish(bundle_format.build({k: newer[k] for k in bundles.header()}, _inputs(newer)))
    page = " ".join(text_of(client, "years", query="?khoi=so").split())
    blocks = [published.book_of(p).blocks[0] for p in reversed(_both())]
    (pair,) = year_pairs([(2031, blocks[0]), (2030, blocks[1])])
    assert pair.scale - pair.points == 1
    assert f"So trên {pair.points.normalize():f}/{pair.scale.normalize():f} điểm có cùng tiêu chí" in page
    assert "không so sánh được: năm trước không xếp hạng đơn vị này" in page
    assert f"So với năm 2030, trên {pair.points.normalize():f}" in " ".join(text_of(client, "ranking").split())
    with CaptureQueriesContext(connection) as captured:
        text_of(client, "years")
    assert len(captured) <= 6


def test_an_official_year_is_not_compared_with_an_illustrative_one(client: Client) -> None:
    publish(bundles.small(3, year=2030, number="7/QĐ-UBND"))
    publish(bundles.small(3, illustrative=False))
    assert "So với năm 2030" not in text_of(client, "ranking")
    Round.objects.update(illustrative=False)
    assert "So với năm 2030" in " ".join(text_of(client, "ranking").split())


def test_years_without_common_criteria_are_not_comparable(client: Client) -> None:
    old = bundles.small(3, year=2030, number="7/QĐ-UBND")
    for group in old["groups"]:
        for row in group["criteria"]:
            row["name"] += " (cũ)"
    header = {k: old[k] for k in bundles.header()}
    publish(bundle_format.build(header, _inputs(old)))
    publish()
    assert "hai năm không có tiêu chí chung" in text_of(client, "years")


def test_programs_find_the_public_pages(client: Client) -> None:
    publish()
    listed = client.get(reverse("results:sitemap")).content.decode()
    assert unit_address("S01") in listed
    closed = client.get(reverse("results:robots")).content.decode()
    assert "Disallow: /dieu-hanh/" in closed
    assert "sitemap.xml" in closed


@pytest.mark.parametrize(
    "path",
    ["don-vi/so/LA/", "don-vi/la/S01/", "tieu-chi/so/9.9/", "tieu-chi/so/1/", "so-sanh/la/"],
)
def test_what_the_publication_does_not_hold_is_not_found(client: Client, path: str) -> None:
    publish()
    assert client.get(reverse("results:publication", kwargs=PLACE) + path).status_code == 404


def test_method_names_the_policies_of_the_published_blocks(client: Client) -> None:
    publish()
    page = text_of(client, "method")
    assert "quy đổi" in page
    assert "(1, 1, 2)" in page
    assert "Tốt từ 80%" in page


def test_json_is_the_bundle_byte_for_byte(client: Client) -> None:
    publication = publish()
    response = client.get(file_address("json"))
    assert response.content == publication.bundle.encode()
    assert "chi-so-cchc-2031.json" in response["Content-Disposition"]


def test_spreadsheets_are_made_from_the_bundle(client: Client) -> None:
    bundle = json.loads(publish().bundle)
    assert client.get(file_address("csv")).content == spreadsheets.csv_bytes(bundle)
    assert client.get(file_address("xlsx")).content == spreadsheets.xlsx_bytes(bundle)
    assert client.get(reverse("results:codebook")).content == spreadsheets.codebook_bytes()
    assert client.get(reverse("results:verifier")).content == Path(verify.__file__).read_bytes()


def test_unknown_files_are_not_found(client: Client) -> None:
    publish()
    assert client.get(file_address("exe")).status_code == 404
    address = reverse("results:file", kwargs={**PLACE, "named_year": 2030, "kind": "csv"})
    assert client.get(address).status_code == 404


def test_every_file_is_there_from_the_first_minute(client: Client) -> None:
    publication = publish()
    place = {**PLACE, "named_year": 2031}
    starts = {"json": b"{", "csv": b"\xef\xbb\xbfyear", "xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF"}
    addresses = {file_address(kind): start for kind, start in starts.items()}
    tables = {reverse(f"results:{name}", kwargs=place): b"\xef\xbb\xbfyear" for name in ("cells", "criteria")}
    sheet = reverse("results:sheet", args=[2031, "123-qd-ubnd", "so", "S02"])
    for address, start in {**addresses, **tables, sheet: b"%PDF"}.items():
        answer = client.get(address)
        assert (answer.status_code, answer.content[: len(start)]) == (200, start)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "public" in answer["Cache-Control"]
        assert "Cookie" not in answer.get("Vary", "")
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        head = client.head(address)
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", answer["ETag"])
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.get("Content-Encoding") == ("gzip" if address.endswith(("csv", "json")) else None)
    assert not Job.objects.exists()
    assert client.get(file_address("pdf")).content == paper.ranking_pdf(published.printed(publication))
    wrong_year = reverse("results:cells", kwargs={**PLACE, "named_year": 2030})
    strangers = reverse("results:sheet", args=[2031, "123-qd-ubnd", "so", "LA"])
    assert [client.get(address).status_code for address in (wrong_year, strangers)] == [404, 404]


def test_the_files_of_a_proposal_are_kept_by_nobody(client: Client) -> None:
    publish(state="proposed")
    client.force_login(person(Role.INDEX_MANAGER))
    answer = client.get(file_address("json"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert "ETag" not in answer


def test_papers_made_of_a_proposal_are_made_again_once_it_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(making.MAKERS, "gates", lambda data: str(data["record"]["approver_reason"]).encode())
    proposed = publish(state="proposed")
    assert making.made(proposed, "gates") == b""
    Publication.objects.update(state="published", published_at=clock.now(), approver_reason="Signed")
    assert making.made(Publication.objects.get(), "gates") == b"Signed"


def test_a_renderer_at_work_for_others_says_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setattr(making, "PATIENCE", 0)
    with making._rendering:
        answer = client.get(file_address("pdf"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert client.get(file_address("csv")).status_code == 200


def test_a_superseded_publication_stays_with_its_errata(client: Client) -> None:
    old = publish()
    publish(bundles.small(4, number="456/QĐ-UBND"), supersedes=old, errata="Sửa điểm tiêu chí 1.2.")
    assert "456/QĐ-UBND" in text_of(client, "ranking")
    page = text_of(client, "publication", **PLACE)
    assert "đã được thay" in page
    assert "Sửa điểm tiêu chí 1.2." in page
    data = text_of(client, "data")
    assert "123/QĐ-UBND" in data
    assert "456/QĐ-UBND" in data


@pytest.mark.parametrize("address", ["ranking", "unit", "criterion", "data"])
def test_queries_do_not_grow_with_units(client: Client, address: str) -> None:
    counts = []
    for n, year in ((2, 2031), (9, 2032)):
        publish(bundles.small(n, n, year=year))
        path = {
            "ranking": reverse("results:ranking") + f"?nam={year}",
            "data": reverse("results:data") + f"?nam={year}",
            "unit": reverse("results:publication-unit", args=[year, "123-qd-ubnd", "so", "S01"]),
            "criterion": reverse("results:publication-criterion", args=[year, "123-qd-ubnd", "so", "1.1"]),
        }[address]
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_the_text_of_a_publication_is_read_once() -> None:
    publication = publish(bundles.small(2, 3, number="789/QĐ-UBND"))
    assert published.book_of(publication) is published.book_of(Publication.objects.get(pk=publication.pk))
