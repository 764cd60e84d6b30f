"""The bytes of a feed as text, whatever its header, its first line and its bytes claim."""

import codecs
import re
from collections.abc import Iterator

_DECLARED = re.compile(rb"""^\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9._:-]{1,40})["']""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
# What is called one thing and is another: the wider set that web browsers take, too.
_WIDER = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
}
_SEVEN_BITS = ("iso-2022", "hz", "utf-7")  # which are valid ASCII, and mean something else
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def decoded(body: bytes, content_type: str = "") -> str:
    """``body`` as text that XML allows; unreadable bytes are replaced.

    A byte-order mark wins, then the bytes themselves where they are UTF-8, which hardly anything else looks like; then
    the header of the answer, then the declaration.

    >>> decoded('<?xml version="1.0" encoding="euc-kr"?><t>노스라인</t>'.encode("euc-kr"))[-11:]
    '<t>노스라인</t>'
    """
    for charset in (*_charsets(body, content_type), "cp1252"):
        try:
            return _NOT_XML.sub("", body.decode(charset)).lstrip("\ufeff \t\r\n")
        except (LookupError, UnicodeError):
            continue
    return _NOT_XML.sub("", body.decode("utf-8", errors="replace")).lstrip("\ufeff \t\r\n")


def _charsets(body: bytes, content_type: str) -> Iterator[str]:
    yield from (charset for mark, charset in _MARKS if body.startswith(mark))
    header, declared = _HEADER.search(content_type), _DECLARED.match(body)
    named = [header[1].lower()] if header else []
    named += [declared[1].decode("ascii").lower()] if declared else []
    yield from (name for name in named if name.startswith(_SEVEN_BITS))
    yield "utf-8"
    yield from (_WIDER.get(name, name) for name in named if not name.startswith("utf-8"))
