"""The rows of a checked file as they will be stored, kept until the batch is in: what was checked is what is written,
and nothing of people's own columns is among it."""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LINE = "\n"


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Codes, unit ids and answers (ballots × questions, bytes) of the ballots; `leaves`: criterion ids by question;
    `mark`: what the rows were checked against."""

    codes: list[str]
    unit_ids: list[int]
    answers: NDArray[np.uint8]
    leaves: list[int]
    mark: str


def pack(rows: KeptRows) -> bytes:
    """The rows as bytes; codes hold no line break, since cells are cleaned."""
    out = io.BytesIO()
    np.savez(
        out,
        codes=_bytes(_LINE.join(rows.codes)),
        units=np.asarray(rows.unit_ids, dtype=np.int64),
        answers=rows.answers,
        leaves=np.asarray(rows.leaves, dtype=np.int64),
        mark=_bytes(rows.mark),
    )
    return out.getvalue()


def unpack(data: bytes) -> KeptRows:
    """The rows that `pack` wrote; nothing in the bytes is executed. Raises ValueError for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            units, answers = held["units"].tolist(), held["answers"]
            codes = held["codes"].tobytes().decode().split(_LINE) if units else []
            rows = KeptRows(codes, units, answers, held["leaves"].tolist(), held["mark"].tobytes().decode())
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
    if not len(codes) == len(units) == len(answers) or answers.shape[1] != len(rows.leaves):
        raise ValueError("lengths differ")
    return rows


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
