"""A client of the antivirus daemon clamd: INSTREAM over TCP or a unix socket. Standard library only."""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class Unreachable(Exception):
    """The daemon gave no usable answer; the sentence says which."""


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """`name` is the daemon's name of what it found; "" for a clean file."""

    infected: bool
    name: str = ""


def scan(chunks: Iterable[bytes], url: str, timeout: float) -> ScanVerdict:
    """Ask the daemon at `tcp://host:port` or `unix:///path` about the bytes. Raises Unreachable when it is
    not there, too slow (`timeout` in seconds for each step), or answers with anything but a verdict."""
    try:
        with _connected(url, timeout) as daemon:
            return _verdict(_ask(daemon, chunks))
    except (OSError, ValueError) as error:
        raise Unreachable(f"không nối được máy quét ({error})") from error


def ping(url: str, timeout: float) -> None:
    """Ask the daemon whether it is there. Raises Unreachable."""
    try:
        with _connected(url, timeout) as daemon:
            daemon.sendall(b"zPING\0")
            if daemon.recv(16).rstrip(b"\0\n") != b"PONG":
                raise Unreachable("máy quét không trả lời PONG")
    except (OSError, ValueError) as error:
        raise Unreachable(f"không nối được máy quét ({error})") from error


def _connected(url: str, timeout: float) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(timeout)
        try:
            made.connect(parts.path)
        except OSError:
            made.close()
            raise
        return made
    if parts.scheme != "tcp" or not parts.hostname:
        raise ValueError("CLAMD_URL phải có dạng tcp://máy:cổng hoặc unix:///đường/dẫn")
    return socket.create_connection((parts.hostname, parts.port or 3310), timeout)


def _ask(daemon: socket.socket, chunks: Iterable[bytes]) -> str:
    try:
        daemon.sendall(b"zINSTREAM\0")
        for chunk in chunks:
            if chunk:
                daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
        daemon.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # a daemon that has seen enough closes its ear first and its answer can still be read
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        part = daemon.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.split(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> ScanVerdict:
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return ScanVerdict(False)
    if said.endswith(" FOUND"):
        return ScanVerdict(True, said.removesuffix(" FOUND")[:150])
    raise Unreachable(f"máy quét trả lời “{answer[:100] or 'rỗng'}”")
