"""Office files are zip archives that remember the moment they were packed: here they forget it."""

import io
import re
import zipfile

_STAMP = (2000, 1, 1, 0, 0, 0)


def same_bytes(data: bytes) -> bytes:
    """A workbook or a Word document without the moments it was written: same contents, same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"2000-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
