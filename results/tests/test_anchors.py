"""What binds a publication to the world outside: the list of all, the head of the log, the signature."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cchc_index.lib.commands import CommandRefused
from results.book import read_bundle
from results.files import paper, signing
from results.models import Publication
from results.public import listing
from results.publication import queries
from results.tests import bundles
from results.tests.published import publish
from units.auditlog import anchors
from units.auditlog.actions import record
from units.auditlog.models import LogHead

pytestmark = pytest.mark.django_db

PLACE: dict[str, Any] = {"year": 2031, "number": "123-qd-ubnd", "named_year": 2031}


def listed(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(client.get(reverse("results:publications-json")).content)
    return told


def signature_of(client: Client) -> bytes:
    answer = client.get(reverse("results:file", kwargs={**PLACE, "kind": "sig"}))
    return answer.content


def test_the_list_only_grows_and_says_what_corrects_what(client: Client) -> None:
    first = publish()
    before = listed(client)["publications"]
    publish(bundles.small(4, number="456/QĐ-UBND"), supersedes=first, errata="Sửa điểm.")
    publish(bundles.small(3, year=2032, number="7/QĐ-UBND"), state="proposed")
    Publication.objects.filter(pk=first.pk).update(state="published", published_at=first.published_at)
    told = listed(client)
    after = told["publications"]
    assert after[:1] == before
    assert [(line["number"], line["supersedes"]) for line in after] == [
        ("123/QĐ-UBND", None), ("456/QĐ-UBND", "123/QĐ-UBND")
    ]  # fmt: skip
    assert after[1]["previous"] == after[0]["link"] != after[1]["link"]
    assert told["key"]["sha256"] == signing.key_mark()
    page = client.get(reverse("results:publications")).content.decode()
    for words in (after[0]["digest"], after[1]["link"], signing.key_mark(), "Sửa điểm."):
        assert words in page


def test_a_changed_line_changes_every_link_after_it() -> None:
    facts = [dict.fromkeys(listing.BOUND, f"{n}") for n in range(3)]
    whole = listing.bound(facts)
    forged = listing.bound([facts[0], {**facts[1], "digest": "f"}, facts[2]])
    shorter = listing.bound([facts[0], facts[2]])
    assert [a["link"] == b["link"] for a, b in zip(whole, forged, strict=True)] == [True, False, False]
    assert shorter[1]["link"] not in {line["link"] for line in whole}
    recalled = [{**fact, "state": "recalled", "supersedes": None} for fact in facts]
    assert listing.bound(recalled)[2]["link"] == whole[2]["link"], "to take a correction back forges nothing"


def test_the_head_of_the_log_stands_on_a_public_page(client: Client) -> None:
    publication = publish()
    record(actor=None, verb="publication.publish", obj=publication, stranger="dòng lệnh")
    head = LogHead.objects.get()
    assert listed(client)["log"] == {"entries": head.count, "digest": head.digest}
    assert head.digest in client.get(reverse("results:publications")).content.decode()
    sheet = paper.report_markup(read_bundle(queries.printed(publication)))
    assert anchors.mark(head.count, head.digest) in sheet
    assert signing.key_mark()[:16] in sheet


def test_the_json_is_signed_by_the_key_that_is_shipped(client: Client, tmp_path: Path) -> None:
    publication = publish()
    text, pem = publication.bundle.encode(), client.get(reverse("results:public-key")).content
    signature = signature_of(client)
    assert signing.is_signed(text, signature, pem)
    assert not signing.is_signed(text + b" ", signature, pem)
    stranger = Ed25519PrivateKey.generate()
    other = stranger.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert not signing.is_signed(text, signature, other)
    files = {"a.json": text, "a.sig": signature, "key.pem": pem, "other.pem": other, "b.sig": stranger.sign(text)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    call = ["verify_publication", str(tmp_path / "a.json"), "--signature"]
    call_command(*call, str(tmp_path / "a.sig"), "--key", str(tmp_path / "key.pem"))
    for signed, key in (("b.sig", "key.pem"), ("a.sig", "other.pem"), ("a.sig", "a.json")):
        with pytest.raises(CommandRefused):
            call_command(*call, str(tmp_path / signed), "--key", str(tmp_path / key))
    with pytest.raises(CommandRefused, match="--key"):
        call_command(*call, str(tmp_path / "a.sig"))
