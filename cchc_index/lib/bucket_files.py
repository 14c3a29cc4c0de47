"""Files in a bucket that speaks S3, for several machines without a mount. What holds on a disk holds here: a file
stands under its name whole or not at all, what stands is never written over, and what the store refuses is an OSError.

Only the application reads and writes the bucket, with its own key: no object is public and no address of one is given
out. boto3 is an optional part (`requirements-s3.txt`), so it is imported by whoever has a bucket alone.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from .stored_files import Unstored, note_stored

PROBE = ".probe"
"""The object that `probe` writes again and again; its name begins with a point, like everything that is no file."""
IN_MEMORY = 4 * 1024 * 1024
_GONE = {"NoSuchKey", "404"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
_CONNECT_SECONDS, _READ_SECONDS, _AWAY_SECONDS = 0.5, 10, 2.0


class Taken(OSError):
    """Another file has this name."""


@deconstructible(path="cchc_index.lib.bucket_files.BucketFiles")
class BucketFiles(Storage):
    """`bucket` and `prefix` say where; `endpoint`, `key`, `secret`, `region` and `ca` (a file of certificates, or ""
    for the system's) how it is reached."""

    def __init__(self, *, bucket: str, prefix: str, endpoint: str, key: str, secret: str, region: str, ca: str):
        self.bucket, self.prefix = bucket, prefix
        self._how = {"endpoint": endpoint, "key": key, "secret": secret, "region": region, "ca": ca}
        self._clients: dict[int, Any] = {}
        self._away_until = 0.0

    def _client(self) -> Any:
        """One for each process: a forked one must not share its connections."""
        if (mine := os.getpid()) not in self._clients:
            self._clients[mine] = _connected(**self._how)
        return self._clients[mine]

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        """What the store refuses becomes the error of a disk. One that could not be reached is left alone for a moment:
        a page that asks three things does not wait three times."""
        from botocore import exceptions  # inline: optional service

        if monotonic() < self._away_until:
            raise OSError(errno.EIO, "the store did not answer a moment ago", name)
        try:
            yield
        except exceptions.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            if code in _GONE:
                raise FileNotFoundError(errno.ENOENT, "not in the store", name) from error
            if code in _TAKEN:
                raise Taken(errno.EEXIST, "taken", name) from error
            raise OSError(errno.EIO, f"the store refuses: {code}", name) from error
        except exceptions.BotoCoreError as error:
            if isinstance(error, exceptions.EndpointConnectionError | exceptions.ConnectTimeoutError):
                self._away_until = monotonic() + _AWAY_SECONDS
            raise OSError(errno.EIO, f"the store does not answer: {type(error).__name__}", name) from error

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{name}"}

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """The whole file, checked by the transport, before its first byte is given on. Raises FileNotFoundError, and
        OSError where the store does not answer."""
        if mode != "rb":
            raise ValueError("Files of the bucket are written by `save` alone.")
        copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 – given to the caller
        try:
            with self._asking(name):
                for piece in self._client().get_object(**self._place(name))["Body"].iter_chunks(1024 * 1024):
                    copy.write(piece)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return File(copy, name)

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Raises Unstored where the store takes nothing."""
        try:
            return super().save(name, content, max_length=max_length)
        except OSError as error:
            raise Unstored(error) from error

    def _save(self, name: str, content: "File[Any]") -> str:
        """The object appears with its last byte."""
        content.seek(0)
        while True:
            try:
                with self._asking(name):
                    self._client().put_object(**self._place(name), Body=content.file, IfNoneMatch="*")
            except Taken:
                name = self.get_available_name(name)
                content.seek(0)
                continue
            note_stored(name)
            return name

    def delete(self, name: str) -> None:
        """Raises OSError where the store does not answer; a file that is gone already is none."""
        with self._asking(name):
            self._client().delete_object(**self._place(name))

    def exists(self, name: str) -> bool:
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        """When the file was stored, by the store's clock."""
        stored_at: datetime = self._head(name)["LastModified"]
        return stored_at

    def _head(self, name: str) -> Any:
        with self._asking(name):
            return self._client().head_object(**self._place(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files right in a folder; a folder that holds nothing is none."""
        start = f"{self.prefix}{path}/" if path else self.prefix
        folders: list[str] = []
        names: list[str] = []
        with self._asking(path):
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=start, Delimiter="/"):
                folders += [one["Prefix"][len(start) : -1] for one in page.get("CommonPrefixes", ())]
                names += [one["Key"][len(start) :] for one in page.get("Contents", ())]
        return folders, [name for name in names if name and name != PROBE]

    def probe(self) -> None:
        """Whether the store takes and gives a file. Raises OSError."""
        with self._asking(PROBE):
            self._client().put_object(**self._place(PROBE), Body=b"x")
            self._client().head_object(**self._place(PROBE))


def _connected(*, endpoint: str, key: str, secret: str, region: str, ca: str) -> Any:
    """A client that waits briefly, tries twice, and signs what it sends, so that the store itself refuses a byte that
    changed on the way: no other check is asked of it, for not every store of this kind knows the newer ones."""
    import boto3  # inline: optional service
    from botocore.config import Config  # inline: optional service

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path", "payload_signing_enabled": True},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=20,
    )
    return boto3.session.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=region).client(
        "s3", endpoint_url=endpoint or None, verify=ca or True, config=config
    )
