"""The words of an annex for sources and kinds, without case or accents. Pure."""

from cchc_index.lib.text import clean, fold

NORMAL, BONUS, PENALTY = "normal", "bonus", "penalty"
SELF, SURVEY, SIPAS, PAPI = "self", "survey", "sipas", "papi"

SOURCES = {
    SELF: ("tu danh gia", "tu cham", "tu cham diem", "tu danh gia, tham dinh", "tu danh gia - tham dinh", "self"),
    SURVEY: ("dtxhh", "dieu tra xhh", "dieu tra xa hoi hoc", "xhh", "xa hoi hoc", "survey"),
    SIPAS: ("sipas", "chi so hai long", "chi so hai long (sipas)", "satisfaction"),
    PAPI: ("papi", "chi so papi"),
}
SOURCE_NAMES = "Tự đánh giá, ĐTXHH, SIPAS hoặc PAPI"
OFFICIAL, ILLUSTRATIVE = "official", "illustrative"
PROVENANCES = {OFFICIAL: ("chinh thuc", "official"), ILLUSTRATIVE: ("minh hoa", "illustrative")}
EVIDENCE = "Tài liệu kiểm chứng: "
SOURCE_WORDS = {SELF: "Tự đánh giá", SURVEY: "ĐTXHH", SIPAS: "SIPAS", PAPI: "PAPI"}
KIND_WORDS = {NORMAL: "", BONUS: "Thưởng", PENALTY: "Trừ"}
KINDS = {
    BONUS: ("thuong", "diem thuong", "cong", "diem cong", "bonus"),
    PENALTY: ("tru", "diem tru", "penalty"),
    NORMAL: ("normal", "binh thuong", "khong"),
}


def source_of(text: str) -> str | None:
    """The source a word names, without case or accents; None for a word that names none."""
    word = fold(text)
    return next((source for source, names in SOURCES.items() if word in names), None)


def provenance_of(text: str) -> str:
    """The provenance a word names; "" for none."""
    return next((value for value, names in PROVENANCES.items() if fold(text) in names), "")


def guidance_text(guidance: str, evidence: str) -> str:
    """What a criterion keeps as its guidance: the words, then the evidence wanted."""
    return "\n\n".join([*([guidance] if guidance else []), *([f"{EVIDENCE}{evidence}"] if evidence else [])])


def guidance_parts(text: str) -> tuple[str, str]:
    """The words and the evidence wanted, from `guidance_text`."""
    guidance, _, evidence = f"\n\n{text}".partition(f"\n\n{EVIDENCE}")
    return guidance[2:], evidence


def likened(text: str, word: str) -> str:
    """“Điều tra XHH” là ĐTXHH: how a word other than ours was understood; "" for our own word."""
    return "" if not word or fold(text) == fold(word) else f"“{clean(text)[:40]}” là {word}"


def kind_of(text: str) -> str | None:
    """The kind a word names. `Thường` and `Thưởng` differ by a tone only, so the accent decides."""
    if clean(text).lower() == "thường":
        return NORMAL
    word = fold(text)
    return next((kind for kind, names in KINDS.items() if word in names), None)
