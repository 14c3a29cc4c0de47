"""Who signed, and whether what was signed is still there: files signed here with keys of nobody."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec
from pypdf import PdfReader, PdfWriter

from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.tests.present import present
from selfassess.examination import signatures, text_reading

CASES = Path(__file__).parent / "cases"
NAME = "Nguyễn Văn Thử"


def new_signer(folder: Path) -> signers.SimpleSigner:
    """A signer with a certificate that vouches for itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, True, True, False, False),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(secret)
    signer: signers.SimpleSigner = signers.SimpleSigner.load(str(folder / "key.pem"), str(folder / "cert.pem"))
    return signer


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> signers.SimpleSigner:
    return new_signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def sign(signer: signers.SimpleSigner) -> Callable[..., bytes]:
    def signed(content: bytes, field: str = "Sig1") -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
        metadata = signers.PdfSignatureMetadata(field_name=field)
        out = signers.PdfSigner(metadata, signer, new_field_spec=SigFieldSpec(field)).sign_pdf(writer)
        return bytes(out.getvalue())

    return signed


def paper() -> bytes:
    return sample_pdf("Báo cáo", ["Số: 125/BC-SNV", "Kết quả đạt 50 điểm"])


def appended(content: bytes) -> bytes:
    """A later revision that draws over the page."""
    writer = PdfWriter(io.BytesIO(content), incremental=True)
    stamp = PdfReader(io.BytesIO(sample_pdf("Thêm", ["Kết quả đạt 90 điểm"]))).pages[0]
    writer.pages[0].merge_page(stamp)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def tampered(content: bytes) -> bytes:
    """One byte of the signed range differs: the day of the file's metadata."""
    at = content.index(b"/Producer")
    return content[: at + 12] + bytes([content[at + 12] ^ 1]) + content[at + 13 :]


def states(tmp_path: Path, content: bytes, roots: str = "") -> list[tuple[str, str, bool | None]]:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    return [(one["state"], one["by"], one["trusted"]) for one in signatures.signatures_of(path, roots)]


def test_signed_paper_is_intact_and_says_by_whom(sign: Callable[..., bytes], tmp_path: Path) -> None:
    assert states(tmp_path, sign(paper())) == [("intact", NAME, None)]


def test_one_changed_byte_is_seen(sign: Callable[..., bytes], tmp_path: Path) -> None:
    assert states(tmp_path, tampered(sign(paper())))[0][0] == "changed"


def test_contents_added_after_signing_are_seen(sign: Callable[..., bytes], tmp_path: Path) -> None:
    assert states(tmp_path, appended(sign(paper())))[0][0] == "added"


def test_second_signature_vouches_for_what_was_added_before_it(sign: Callable[..., bytes], tmp_path: Path) -> None:
    twice = sign(appended(sign(paper())), "Sig2")
    assert [state for state, *_ in states(tmp_path, twice)] == ["earlier", "intact"]
    assert [state for state, *_ in states(tmp_path, sign(sign(paper()), "Sig2"))] == ["intact", "intact"]


def test_trust_comes_from_the_folder_of_roots(
    sign: Callable[..., bytes], signer: signers.SimpleSigner, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    signed, roots = sign(paper()), tmp_path_factory.mktemp("roots")
    (roots / "readme.txt").write_text("no certificate")
    assert states(tmp_path, signed, str(roots)) == [("intact", NAME, None)]
    (roots / "other.pem").write_bytes(pem(new_signer(tmp_path_factory.mktemp("other"))))
    assert states(tmp_path, signed, str(roots)) == [("intact", NAME, False)]
    (roots / "root.pem").write_bytes(pem(signer))
    assert states(tmp_path, signed, str(roots)) == [("intact", NAME, True)]


def pem(signer: signers.SimpleSigner) -> bytes:
    return x509.load_der_x509_certificate(present(signer.signing_cert).dump()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("name", "state"), [("50-signed-invisible.pdf", "intact"), ("54-signed-tampered.pdf", "changed")]
)
def test_cases_are_judged_in_the_bounded_process(name: str, state: str) -> None:
    found = text_reading.read_file(CASES / name, "pdf", "123/QĐ-UBND")
    assert [(one["state"], one["by"]) for one in found["signatures"]] == [(state, "Sở Nội vụ Hà Nội")]
    assert found["signed"] is True
