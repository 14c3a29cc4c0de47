"""All booklets as one volume and as a zip, against the booklets singly: time, size, memory.

    .venv/bin/python bench/booklets.py [UNITS]

Prints one line of JSON; `times` and `sizes` are multiples of the single ones' sum, without the time of making them.
"""

import io
import json
import os
import resource
import sys
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")

import django

django.setup()

from results.book import read_bundle  # noqa: E402
from results.files import binding, paper  # noqa: E402
from results.tests import bundles  # noqa: E402

UNITS = int(sys.argv[1]) if len(sys.argv) > 1 else 141


def main() -> None:
    bundle = bundles.small(UNITS, 40)
    book = read_bundle(bundle)
    codes = [unit["code"] for unit in bundle["groups"][0]["units"]]
    began = time.perf_counter()
    parts = [(code, paper.sheet_pdf(book, "so", code)) for code in codes]
    single = time.perf_counter() - began
    began = time.perf_counter()
    volume = binding.bound(parts, "Phiếu kết quả")
    bound = time.perf_counter() - began
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for code, data in parts:
            packed.writestr(code, data)
    total = sum(len(data) for _code, data in parts)
    told = {
        "units": UNITS,
        "single_seconds": round(single, 1),
        "times": round((single + bound) / single, 3),
        "sizes": {"pdf": round(len(volume) / total, 3), "zip": round(len(out.getvalue()) / total, 3)},
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
