"""A tagged PDF made complete: heads of tables say what they head (PDF/UA-1, 7.5), colours have a profile, and the file
says of itself that it is for keeping (PDF/A-3a). What it was made from can be attached.

The renderer writes tags, fonts, language and title; what it leaves out is added here. Same input, same bytes.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import ImageCms

HEAD_GROUP = "/THead"
_XMP_PART = "{http://www.aiim.org/pdfa/ns/id/}part"
_XMP_CONFORMANCE = "{http://www.aiim.org/pdfa/ns/id/}conformance"
MIME_NAMES = {"json": "/application#2Fjson", "csv": "/text#2Fcsv"}


def completed(data: bytes, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF with scopes, colour profile, the marks of PDF/A and the files attached by their names."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        _name_heads(pdf)
        _give_profile(pdf)
        _attach(pdf, attached or {})
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
            meta[_XMP_PART], meta[_XMP_CONFORMANCE] = "3", "A"
        out = io.BytesIO()
        # PDF/A forbids nothing of compressed objects from its second part on.
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def elements(kids: pikepdf.Object, above: tuple[str, ...] = ()) -> Iterator[tuple[pikepdf.Object, tuple[str, ...]]]:
    """Every structure element with the kinds of those above it, in the order of reading."""
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and Name.S in kid:
            yield kid, above
            if Name.K in kid:
                yield from elements(kid.K, (*above, str(kid.S)))


def _name_heads(pdf: pikepdf.Pdf) -> None:
    """Column heads stand in the table's head, all others head their row; each has a name in the tree of names."""
    tree = pdf.Root.StructTreeRoot
    names: list[pikepdf.Object | String] = []
    for element, above in elements(tree.K):
        if element.S == Name.TH:
            scope = Name.Column if HEAD_GROUP in above else Name.Row
            element.A = Dictionary(O=Name.Table, Scope=scope)
            element.ID = String(f"th{len(names) // 2:06d}")
            names += [element.ID, element if element.is_indirect else pdf.make_indirect(element)]
    if names:
        limits = Array([names[0], names[-2]])
        leaf = pdf.make_indirect(Dictionary(Names=Array(names), Limits=limits))
        tree.IDTree = pdf.make_indirect(Dictionary(Kids=Array([leaf])))


@cache
def _srgb() -> bytes:
    """The profile of sRGB, with the hour of its making left out: the same bytes always."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)
    profile[84:100] = bytes(16)
    return bytes(profile)


def _give_profile(pdf: pikepdf.Pdf) -> None:
    profile = pdf.make_stream(_srgb(), N=3, Alternate=Name.DeviceRGB)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])


def _attach(pdf: pikepdf.Pdf, attached: Mapping[str, bytes]) -> None:
    specs: list[pikepdf.Object] = []
    for name, data in sorted(attached.items()):
        stream = pdf.make_stream(
            data,
            Type=Name.EmbeddedFile,
            Subtype=Name(MIME_NAMES[name.rpartition(".")[2]]),
            Params=Dictionary(Size=len(data), CheckSum=String(hashlib.md5(data, usedforsecurity=False).digest())),
        )
        spec = Dictionary(
            Type=Name.Filespec,
            F=String(name),
            UF=String(name),
            AFRelationship=Name.Source,
            Desc=String("Dữ liệu của văn bản"),
            EF=Dictionary(F=stream, UF=stream),
        )
        specs.append(pdf.make_indirect(spec))
    if specs:
        pairs = [item for spec in specs for item in (spec.UF, spec)]
        pdf.Root.AF = Array(specs)
        pdf.Root.Names = Dictionary(EmbeddedFiles=pdf.make_indirect(Dictionary(Names=Array(pairs))))
