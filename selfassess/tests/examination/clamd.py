"""An antivirus daemon over a real socket, for as long as a test needs it."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def answer(client: socket.socket) -> bytes:
    """clamd's side of INSTREAM: the verdict on what was streamed."""
    stream = client.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack("!L", stream.read(4))[0]:
        content += stream.read(size)
    return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"


@contextmanager
def daemon(said: bytes | None = None, path: Path | None = None) -> Iterator[str]:
    """A daemon that judges, or answers `said` whatever it gets; its address."""
    server = socket.create_server(str(path), family=socket.AF_UNIX) if path else socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                client.settimeout(10)
                client.sendall(answer(client) if said is None else said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"unix://{path}" if path else f"tcp://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(timeout=10)
