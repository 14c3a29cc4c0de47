"""A store that speaks S3 over TLS, by moto, for as long as a test needs it."""

import datetime as dt
import ipaddress
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import make_server

from cchc_index.lib.bucket_files import BucketFiles

KEYS = {"S3_KEY": "khoa-cua-bai-thu", "S3_SECRET": "mat-khau-cua-bai-thu"}


@dataclass
class BucketServer:
    """`stop` and `start` at the same address; what was stored stays."""

    folder: Path
    port: int = 0
    bucket: str = field(default_factory=lambda: f"cchc-{uuid.uuid4().hex}")  # moto has one memory for all its servers
    application: Any = field(default_factory=lambda: create_backend_app("s3"))
    _server: Any = None

    def start(self) -> None:
        pair = (str(self.folder / "cert.pem"), str(self.folder / "key.pem"))
        self._server = make_server("127.0.0.1", self.port, self.application, threaded=True, ssl_context=pair)
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, prefix: str = "tep") -> dict[str, str]:
        """What an operator writes into the settings."""
        ca = str(self.folder / "cert.pem")
        endpoint = f"https://127.0.0.1:{self.port}"
        return {"FILE_STORE": f"s3://{self.bucket}/{prefix}", "S3_ENDPOINT": endpoint, "S3_CA": ca, **KEYS}

    def options(self, prefix: str = "tep/") -> dict[str, str]:
        given = self.settings()
        how = {name: given[f"S3_{name.upper()}"] for name in ("endpoint", "key", "secret", "ca")}
        return {**how, "bucket": self.bucket, "prefix": prefix, "region": "us-east-1"}


@contextmanager
def bucket_server(folder: Path) -> Iterator[BucketServer]:
    """With an empty bucket."""
    certify(folder)
    server = BucketServer(folder)
    server.start()
    try:
        client = BucketFiles(**server.options())._client()
        client.create_bucket(Bucket=server.bucket)
        yield server
    finally:
        server.stop()


def certify(folder: Path) -> None:
    """A certificate for this machine that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kho-tep")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(secret)
