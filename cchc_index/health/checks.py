"""What must be well for the system to do its work, each as a check of django-health-check.

A check says in a sentence what is wrong and never where: no address, no path, no password. It looks for a second or a
few at most, in the thread of whoever asks, whose connection to the database it shares.
"""

import dataclasses
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from asgiref.sync import sync_to_async
from celery import current_app
from django.conf import settings
from django.core.files.storage import storages
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.templatetags.static import static
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable

from cchc_index.lib import clock, numbers, skew
from cchc_index.lib.bucket_files import BucketFiles
from cchc_index.lib.stored_files import MARK, WholeFiles, is_another, lacks_every_file
from results.computation.queries import outdated
from results.jobs.queries import heart, waiting_since
from selfassess.examination import antivirus
from units.auditlog.queries import known_store
from units.mail.queries import overdue

BROKER_SECONDS = 1
MAIL_SECONDS = 5
HEART = timedelta(seconds=60)
SWEEP = timedelta(minutes=3)
"""The sweeper runs each 15 seconds, but waits behind the drawing of a long report."""
QUEUE = timedelta(minutes=10)
OUTBOX = timedelta(minutes=30)


@dataclasses.dataclass(repr=False)
class Check(HealthCheck):
    """`look` raises ServiceUnavailable with a sentence. `local`: it is of this machine and of what a request needs."""

    title: ClassVar[str]
    local: ClassVar[bool] = False

    def __repr__(self) -> str:
        return self.title

    @property
    def labels(self) -> dict[str, str]:
        return {"check": type(self).__name__.lower()}

    async def run(self) -> None:
        await sync_to_async(self.look)()

    def look(self) -> None:
        raise NotImplementedError


class Database(Check):
    title, local = "Cơ sở dữ liệu", True

    def look(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            raise ServiceUnavailable("không trả lời") from error


class Clock(Check):
    """Two machines whose clocks differ would accept and refuse in the same second."""

    title, local = "Đồng hồ", True

    def look(self) -> None:
        try:
            away = skew.measured()
        except DatabaseError as error:
            raise ServiceUnavailable("không hỏi được giờ của cơ sở dữ liệu") from error
        if away > skew.FAR:
            raise ServiceUnavailable(f"lệch {numbers.vn_count(round(away.total_seconds()))} giây so với cơ sở dữ liệu")


class Disk(Check):
    """Where files are stored can be written and has room."""

    title, local = "Đĩa lưu tệp", True

    def look(self) -> None:
        for folder in {Path(settings.VAR_DIR), self._folder_of_files()}:
            try:
                free = shutil.disk_usage(folder).free
                with tempfile.TemporaryFile(dir=folder) as probe:
                    probe.write(b"x" * 4096)
            except OSError as error:
                raise ServiceUnavailable("không ghi được") from error
            if free < settings.DISK_FREE_BYTES:
                raise ServiceUnavailable(f"chỉ còn {numbers.vn_count(free // 1024**2)} MB trống")

    def _folder_of_files(self) -> Path:
        """Where the next file goes: the store's folder, or above it before the first file came; never made here, or a
        mount that is not mounted would look well."""
        store = storages["default"]
        if not isinstance(store, WholeFiles):
            return Path(settings.VAR_DIR)
        if store.marked and store.is_away():
            raise ServiceUnavailable(f"chưa gắn (mount) nơi lưu tệp: không thấy {MARK} trong đó")
        if self._bears_another_mark():
            raise ServiceUnavailable(f"nơi lưu tệp là của hệ thống khác, hoặc chưa gắn (mount): {MARK} trong đó lạ")
        place = Path(store.location)
        return next(folder for folder in (place, *place.parents) if folder.is_dir())

    @staticmethod
    def _bears_another_mark() -> bool:
        try:
            return is_another(known_store)
        except DatabaseError as error:
            raise ServiceUnavailable("không hỏi được cơ sở dữ liệu") from error
        except OSError as error:
            raise ServiceUnavailable("không đọc được") from error


class FileStore(Check):
    """A bucket takes and gives a file (whether a folder does, its disk says), and the store is the one whose files the
    rows speak of."""

    title = "Kho tệp"

    def look(self) -> None:
        try:
            if isinstance(store := storages["default"], BucketFiles):
                store.probe()
            is_another = lacks_every_file()
        except OSError as error:
            raise ServiceUnavailable("không ghi hoặc không đọc được") from error
        except DatabaseError as error:
            raise ServiceUnavailable("không hỏi được cơ sở dữ liệu") from error
        if is_another:
            raise ServiceUnavailable("không có tệp nào của hệ thống: sai nơi lưu, hoặc ổ lưu tệp chưa được gắn (mount)")


class Styles(Check):
    """No page can be drawn before `collectstatic` has run for this version."""

    title, local = "Tệp giao diện", True

    def look(self) -> None:
        try:
            static("css/frame.css")
        except ValueError as error:
            raise ServiceUnavailable("chưa thu thập cho phiên bản này") from error


class Broker(Check):
    title = "Hàng đợi"

    def look(self) -> None:
        try:
            with current_app.connection_for_write() as link:
                link.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        except Exception as error:  # whatever the transport raises
            raise ServiceUnavailable("không nối được") from error


class Worker(Check):
    title = "Tiến trình nền"

    def look(self) -> None:
        _require("worker", HEART)


class Beat(Check):
    """In the embedded default the supervisor of `serve` does its work, and the sweep shows that."""

    title = "Bộ hẹn giờ"

    def look(self) -> None:
        if settings.REDIS_URL:
            _require("beat", HEART)


class Sweep(Check):
    """Work whose message was lost is sent again by it."""

    title = "Bộ quét việc tồn"

    def look(self) -> None:
        _require("sweep", SWEEP)


def _require(name: str, patience: timedelta) -> None:
    try:
        last = heart(name)
    except DatabaseError as error:
        raise ServiceUnavailable("không hỏi được cơ sở dữ liệu") from error
    if last is None:
        raise ServiceUnavailable("chưa chạy lần nào")
    if clock.now() - last > patience:
        raise ServiceUnavailable(f"không có tín hiệu từ {clock.in_words(last, seconds=True)}")


class Queue(Check):
    title = "Việc đang chờ"

    def look(self) -> None:
        try:
            first, blocks = waiting_since(), outdated().count()
        except DatabaseError as error:
            raise ServiceUnavailable("không hỏi được cơ sở dữ liệu") from error
        if first is not None and clock.now() - first > QUEUE:
            blocked = f"; {numbers.vn_count(blocks)} khối chưa tính lại" if blocks else ""
            raise ServiceUnavailable(f"có việc chờ từ {clock.in_words(first)}{blocked}")


class Outbox(Check):
    title = "Thư chờ gửi"

    def look(self) -> None:
        try:
            count = overdue(OUTBOX).count()
        except DatabaseError as error:
            raise ServiceUnavailable("không hỏi được cơ sở dữ liệu") from error
        if count:
            raise ServiceUnavailable(f"{numbers.vn_count(count)} thư quá hạn chưa gửi được")


class MailServer(Check):
    """Without EMAIL_URL mails are files, and nothing is asked."""

    title = "Máy chủ thư"

    def look(self) -> None:
        if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
            return
        link = get_connection(timeout=MAIL_SECONDS)
        try:
            link.open()
            link.close()
        except OSError as error:  # what smtplib raises is one
            raise ServiceUnavailable("không nối được") from error


class Antivirus(Check):
    title = "Máy quét mã độc"

    def look(self) -> None:
        if not settings.CLAMD_URL:
            return
        try:
            antivirus.ping(settings.CLAMD_URL, MAIL_SECONDS)
        except antivirus.Unreachable as error:
            raise ServiceUnavailable("không trả lời") from error


CHECKS: tuple[type[Check], ...] = (
    Database, Clock, Disk, FileStore, Styles, Broker, Worker, Beat, Sweep, Queue, Outbox, MailServer, Antivirus,
)  # fmt: skip
LOCAL = tuple(check for check in CHECKS if check.local)
