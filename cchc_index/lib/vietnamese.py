"""Whether text is Vietnamese in Unicode, or what an old encoding or a wrong conversion left of it.

Files of the nineties come in TCVN3 (fonts .VnTime…), VNI or VIQR; others lost letters to `?` or were read in the
wrong code page. Every character of such text is valid Unicode, so only its words tell.
"""

import re
import unicodedata
from itertools import pairwise

from .text import eth_as_d

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_SYLLABLE = re.compile(
    r"(ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
    r"(oai|oay|oao|oeo|iêu|yêu|uây|uôi|uyê|uya|uyu|ươi|ươu|uai|uao|uay|uau|iai|iao|iau|[aeo][iouy]|a[uy]|â[uy]|êu|i[aêuo]|"
    r"o[aăeo]|ô[iô]|ơi|u[aăâeêioôơy]|ư[aiơu]|yê|i[ăâôơưe]|[aăâeêioôơuưy])(ch|ng|nh|[cmnpt])?"
)
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")

_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
_VNI_TYPED = (
    "aù aø aû aõ aï aê aé aè aú aü aë aâ aá aà aå aã aä eù eø eû eõ eï eâ eá eà eå eã eä où oø oû oõ oï",
    "oâ oá oà oå oã oä ôù ôø ôû ôõ ôï uù uø uû uõ uï öù öø öû öõ öï yù yø yû yõ ñ æ ó ò î ô ö",
)
_VNI_MEANT = (
    "á à ả ã ạ ă ắ ằ ẳ ẵ ặ â ấ ầ ẩ ẫ ậ é è ẻ ẽ ẹ ê ế ề ể ễ ệ ó ò ỏ õ ọ",
    "ô ố ồ ổ ỗ ộ ớ ờ ở ỡ ợ ú ù ủ ũ ụ ứ ừ ử ữ ự ý ỳ ỷ ỹ đ ỉ ĩ ị ỵ ơ ư",
)
_VNI_LETTERS = dict(zip(" ".join(_VNI_TYPED).split(), " ".join(_VNI_MEANT).split(), strict=True))
_VNI = re.compile("|".join(_VNI_LETTERS), re.IGNORECASE)
_VIQR_SURE = re.compile(
    r"[a-z][aeou](?:[\^+][`'?~.]|[(*][`'~])(?=[a-z,;]|\s+\w|$)|\bdd[aeiouy][`'?~.][a-z]", re.IGNORECASE
)
"""A letter with a hat or a horn and a tone behind it, inside words: nothing else is typed so."""
_GRAVE = re.compile(r"\b[a-z]{1,4}[`~](?:[a-z]{1,3})?(?=\s|$)", re.IGNORECASE)
"""A tone alone behind a letter; what is quoted with that sign has it on both sides."""
_READ_IN = ("cp1252", "cp1258")
_HALF_READ = re.compile("á[º»][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Ä(?:‘|\x91)|Æ[°¡]|áº(?=[a-zA-Z]|$)|á»(?=[a-zA-Z])")
"""What is left of a letter in UTF-8 where other letters of the text were read well or lost a byte."""
READ_AS_1252 = "là chữ UTF-8 bị đọc nhầm theo bảng mã Windows-1252"
BROKEN = "có ký tự hỏng “\ufffd” vì tệp đã được lưu sai bảng mã"
_ALPHABET = set("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
_VIQR = re.compile(r"(?<=[a-zA-Z])[aeouAEOU][\^(+*][`'?~.]?|[aeiouyAEIOUY][`'?~.](?=[a-z])|\b[dD]d(?=[aeiouy])")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_LOST = re.compile(r"[^\W\d_]\?+[^\W\d_]|(?<!\S)\?+[^\W\d_]")
_LOST_SYLLABLE = re.compile(r"(?<!\S)([CcGgKkNnPpTt]h|Tr|[Nn]gh?)\?(?=\s|$)")
_LOST_WORD = re.compile(r"(?<!\S)(?!(?:k|c|m)?m\?|kg\?|g\?|đ\?|tr\?|h\?)[bcdđghklmnpqrstvx]{1,3}\?(?=\s|$)")
_LOST_FIRST = re.compile(r"^[BCDĐGHKLMNPQRSTVX]\?\s+\S")
_LOST_CAPITALS = re.compile(r"(?<!\S)[BCDĐGHKLMNPQRSTVX]{1,3}\?(?=\s|$)")
"""Consonants alone: a question may well end in a short word (“Vì sao?”) or a unit (“mấy km?”), but not in one without
a vowel; capitals may be an abbreviation (“Sở GD?”) unless the text begins so or it happens twice."""
_LOST_LETTERS = (_LOST, _LOST_SYLLABLE, _LOST_WORD, _LOST_FIRST)
_ESCAPED = re.compile(
    r"&#x?[0-9a-fA-F]{3,6};|\\u[01][0-9a-fA-F]{3}|%[C-Fc-f][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|=[C-F][0-9A-F]=[89AB][0-9A-F]"
)
"""A letter written by its number, as pages, programs, addresses and mails do."""
_OTHER_PAGES = ("mac_roman", "cp437")
_HALF_READ_APART = re.compile("Ì[\x80-\xbf€£‰ƒ]|Ã[\x80-\xbf¢´¡]Ì")
"""UTF-8 of letters whose tones stand apart."""


def foreign_encoding(text: str) -> str:
    """What is wrong with the letters of `text`, as the middle of a Vietnamese sentence; "" when nothing is.

    A foreign name in good Unicode (Müller) is no fault: an encoding is named only where reading the text in it
    turns words that cannot be Vietnamese into words that can.
    """
    if text.isascii() and not any(sign in text for sign in "?^+*(`~&\\%="):
        return ""
    text = _BESIDE.sub("", _ADDRESS.sub("", text))
    if _ESCAPED.search(text):
        return "có chữ viết bằng mã số của ký tự thay cho chữ"
    if text.isascii():
        return _of_ascii(text)
    if "\ufffd" in text:
        return BROKEN
    if _PRIVATE.search(text):
        return "có ký tự riêng của một phông chữ, máy khác không đọc được"
    if _read_as_1252(text):
        return READ_AS_1252
    if any(_is_read_in(text, page) for page in _OTHER_PAGES):
        return "là chữ UTF-8 bị đọc nhầm theo bảng mã khác"
    if _strange_words(text):
        if not any(map(_has_capital_within, text.split())) and not _strange_words(_from_vni(text)):
            return "viết bằng bảng mã VNI"
        if not _strange_words(text.translate(_TCVN3)):
            return "viết bằng bảng mã TCVN3 (phông chữ .Vn…)"
    return _of_ascii(text)


def is_plausible(text: str) -> bool:
    """Whether most words with accents could be Vietnamese: tells cp1258 from other single-byte encodings."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(_could_be_syllable, words)) >= 0.9 * len(words)


def _of_ascii(text: str) -> str:
    if any(lost.search(text) for lost in _LOST_LETTERS) or len(_LOST_CAPITALS.findall(text)) > 1:
        return "có chữ đã mất dấu thành “?”"
    if text.isascii() and _is_viqr(text):
        return "viết theo kiểu VIQR (dấu gõ bằng ký hiệu)"
    return ""


def _is_viqr(text: str) -> bool:
    marked = _VIQR.findall(text)
    if sum(any(mark in part for mark in "^(+*") for part in marked) > 1 or _VIQR_SURE.search(text):
        return True
    return text.count("`") < 2 and _GRAVE.search(text) is not None


def _read_as_1252(text: str) -> bool:
    if _HALF_READ.search(text) or _HALF_READ_APART.search(text):
        return True
    for encoding in _READ_IN:
        try:
            return any(ord(c) > 127 for c in b"".join(_byte(c, encoding) for c in text).decode("utf-8"))
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return False


_BESIDE = re.compile(r"\u00ad(?![^\W\d_])|(?<![^\W\d_])\u00ad")
"""A soft hyphen that no letters stand round: ư of TCVN3 never stands so."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def _is_read_in(text: str, page: str) -> bool:
    """Whether UTF-8 was read in a code page of which signs that no Vietnamese text has are left."""
    if not re.search("[·™≈©√∫╗║ß╝╩┤]", text):
        return False
    try:
        return any(ord(c) > 127 for c in text.encode(page).decode("utf-8"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False


def _byte(letter: str, encoding: str) -> bytes:
    """The byte that was read as `letter`; code pages leave a few bytes as they are."""
    return bytes([ord(letter)]) if "\x80" <= letter <= "\x9f" else letter.encode(encoding)


def _from_vni(text: str) -> str:
    return _VNI.sub(_vni_letter, text)


def _vni_letter(match: re.Match[str]) -> str:
    letter = _VNI_LETTERS[match[0].lower()]
    return letter.upper() if match[0][0].isupper() else letter


def _strange_words(text: str) -> list[str]:
    """Words with letters beyond ASCII that cannot be Vietnamese, signs that old encodings use for letters included."""
    tokens = [token.strip("“”\"'’‘…–—.,;:?!()[]/") for token in text.split()]
    return [t for t in tokens if not t.isascii() and any(map(str.isalpha, t)) and not _is_vietnamese(t)]


def _has_capital_within(token: str) -> bool:
    """In TCVN3 the code of a capital is that of another small letter."""
    return any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(token))


def _is_vietnamese(token: str) -> bool:
    if _has_capital_within(token):
        return False
    parts = [part for part in re.split(r"[-–—/.,_&+“”\"'’‘()…:;\d]+", token) if part]
    return all(part.isascii() or _could_be_syllable(part) for part in parts)


def _could_be_syllable(word: str) -> bool:
    """By its letters: consonants, vowels, consonants, at most one tone. Capitals alone are an abbreviation."""
    parts = unicodedata.normalize("NFD", eth_as_d(word).lower())
    tones = sum(mark in _TONES for mark in parts)
    plain = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return tones <= 1 and (_SYLLABLE.fullmatch(plain) is not None or (word.isupper() and set(plain) <= _ALPHABET))


def composed(text: str) -> str:
    """NFC, with a tone that stands behind its letter put on it."""
    return unicodedata.normalize("NFC", text)
