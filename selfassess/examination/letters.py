"""Whether the letters of a file can be read as text at all: old encodings, and fonts that do not say which letters
they draw. No Django."""

import re

_LEAST = 3
_OLD = (
    # Signs that TCVN3 fonts draw as Vietnamese vowels, beside a letter; none of them stands so in Unicode text.
    ("TCVN3 (phông chữ .Vn…)", re.compile(r"[^\W\d_]*(?:[A-Za-zñ][©µ¸¹®¶·¼½¾«¬¨§»]|[©µ¸¹®¶·¼½¾«¬¨§»][A-Za-zµ¸©])\S*")),
    ("VNI", re.compile(r"\b\w*(?:[aeouyAEOUYôöÔÖ][ùøûïäåëüöñÙØÛÏÄÅËÜÖ]|[aeouAEOU][âêéèáàõã](?=[uùøûpytcmn]))\w*")),
)
_NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]|\(cid:\d+\)|/g\d+")
NO_MAP = "phông chữ trong tệp không cho biết chữ (thiếu bảng ToUnicode)"


def fault(text: str) -> str:
    """Why the text is not what a person sees on the paper, as the middle of a sentence; "" when it can be read."""
    signs = len(re.sub(r"\s", "", text))
    if signs and len(_NO_LETTER.findall(text)) > max(_LEAST, signs * 0.05):
        return NO_MAP
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    for name, pattern in _OLD:
        if len(pattern.findall(text)) > max(_LEAST, len(words) * 0.15):
            return f"chữ viết bằng bảng mã {name}"
    return ""
