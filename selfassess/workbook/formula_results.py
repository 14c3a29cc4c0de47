"""The points a formula will show, written beside it: a file opened in protected view computes nothing."""

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal

from cchc_index.lib.numbers import exact_text

_SHEET = "xl/worksheets/sheet1.xml"
_FORMULA = re.compile(rb'<c r="([A-Z]+\d+)"((?: s="\d+")?)><f>(.*?)</f><v ?/?>(?:</v>)?</c>', re.DOTALL)


def with_results(data: bytes, values: Mapping[str, Decimal | None]) -> bytes:
    """The workbook with `values` by cell as the results of the first sheet's formulas; None is empty text."""

    def filled(cell: re.Match[bytes]) -> bytes:
        place, style, formula = cell.groups()
        text = exact_text(values.get(place.decode()))
        kind, value = (b' t="str"', b"") if text is None else (b"", text.encode())
        return b'<c r="%s"%s%s><f>%s</f><v>%s</v></c>' % (place, style, kind, formula, value)

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            target.writestr(member, _FORMULA.sub(filled, content) if member.filename == _SHEET else content)
    return out.getvalue()
