"""Which store of files an operator has asked for, read from the settings; Django's storages are not needed yet."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def file_store(address: str, folder: Path, given: Mapping[str, str], *, production: bool) -> dict[str, Any]:
    """The entry of STORAGES: the folder (of this machine, or a mount; in
    production it must bear its mark), or with `address` (s3://bucket/prefix) a bucket,
    reached as `given` says (`endpoint`, `key`, `secret`, `region`, `ca`). Raises ImproperlyConfigured."""
    if not address:
        options = {"location": str(folder), "base_url": None, "file_permissions_mode": 0o640, "marked": production}
        return {"BACKEND": "cchc_index.lib.stored_files.WholeFiles", "OPTIONS": options}
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"FILE_STORE = “{address}” không đúng: ghi s3://bucket/prefix hoặc để trống.")
    if find_spec("boto3") is None:
        raise ImproperlyConfigured("FILE_STORE cần phần cài thêm: sh deploy/setup.sh s3.")
    if not given["key"] or not given["secret"]:
        raise ImproperlyConfigured("FILE_STORE cần đi cùng S3_KEY và S3_SECRET.")
    if production and given["endpoint"] and not given["endpoint"].startswith("https://"):
        raise ImproperlyConfigured("S3_ENDPOINT phải là https://… khi vận hành: tệp không đi qua mạng ở dạng rõ.")
    where = {"bucket": parts.netloc, "prefix": f"{parts.path.strip('/')}/".lstrip("/")}
    options = {**given, **where, "region": given["region"] or "us-east-1"}
    return {"BACKEND": "cchc_index.lib.bucket_files.BucketFiles", "OPTIONS": options}
