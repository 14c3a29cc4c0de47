"""Many papers as one volume: pages, bookmarks and the structure that reading aloud follows, none drawn anew."""

import io
from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem

from cchc_index.lib.pdf_archive import elements

ROOT_FACTS = ("/Lang", "/MarkInfo", "/ViewerPreferences", "/Metadata", "/OutputIntents")


def bound(parts: Iterable[tuple[str, bytes]], title: str) -> bytes:
    """The PDFs in their order as one, each under a bookmark of its name. Every structure element keeps its page; the
    volume is tagged as its parts are. The same parts give the same bytes. Raises ValueError for no parts."""
    volume = pikepdf.Pdf.new()
    kids: list[pikepdf.Object] = []
    numbers: list[pikepdf.Object | int] = []
    taken = 0
    marks: list[OutlineItem] = []
    for name, data in parts:
        with pikepdf.open(io.BytesIO(data)) as part:
            first = len(volume.pages)
            volume.pages.extend(part.pages)
            if not first:
                _take_facts(volume, part)
            marks.append(OutlineItem(name, first))
            tree = volume.copy_foreign(part.Root.StructTreeRoot)
            kids += _listed(tree.K)
            taken = _take_numbers(volume, tree, numbers, first, taken)
    if not kids:
        raise ValueError("nothing to bind")
    _write_structure(volume, kids, numbers, taken)
    with volume.open_outline() as outline:
        outline.root.extend(marks)
    volume.docinfo[Name.Title] = title
    out = io.BytesIO()
    volume.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def _listed(kids: pikepdf.Object) -> list[pikepdf.Object]:
    return list(kids) if isinstance(kids, Array) else [kids]


def _take_facts(volume: pikepdf.Pdf, part: pikepdf.Pdf) -> None:
    """What the whole says of itself, from its first part."""
    for name in ROOT_FACTS:
        if name in part.Root:
            value = part.Root[name]
            if name == "/OutputIntents":
                volume.Root[name] = Array([volume.copy_foreign(intent) for intent in value])
            else:
                volume.Root[name] = volume.copy_foreign(value) if value.is_indirect else _copied(value)


def _copied(value: pikepdf.Object) -> pikepdf.Object:
    return pikepdf.Object.parse(value.unparse(resolved=True))


def _take_numbers(
    volume: pikepdf.Pdf, tree: pikepdf.Object, numbers: list[pikepdf.Object | int], first: int, taken: int
) -> int:
    """Add a part's keys of the parent tree, which begin at `taken`, and shift the pages' own. Where the next begins."""
    keys = list(tree.ParentTree.Nums)
    numbers += [int(item) + taken if not at % 2 else item for at, item in enumerate(keys)]
    for page in volume.pages[first:]:
        _shift(page.obj, Name.StructParents, taken)
        for note in page.obj.get(Name.Annots, ()):
            _shift(note, Name.StructParent, taken)
    return taken + max((int(key) + 1 for key in keys[::2]), default=0)


def _shift(holder: pikepdf.Object, key: Name, by: int) -> None:
    if key in holder:
        holder[key] = int(holder[key]) + by


def _write_structure(
    volume: pikepdf.Pdf, kids: list[pikepdf.Object], numbers: list[pikepdf.Object | int], taken: int
) -> None:
    root = volume.make_indirect(Dictionary(Type=Name.StructTreeRoot, ParentTreeNextKey=taken))
    root.ParentTree = volume.make_indirect(Dictionary(Nums=Array(numbers)))
    above = volume.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array(kids)))
    for kid in kids:
        kid.P = above
        for element, _above in elements(kid):
            if Name.ID in element:
                del element.ID  # named once in a file; the parts were numbered alike
        if Name.Document == kid.S:
            kid.S = Name.Part
    root.K = Array([above])
    volume.Root.StructTreeRoot = root
