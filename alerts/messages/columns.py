"""Plain text in lines of a given width, where Chinese and Korean letters take two columns."""

import re
import unicodedata

_WIDE_CLOSING = "，。；：！？、）」』”’…"  # never begins a line
_PIECE = re.compile(r"[ \t\n]+|[^ \t\n\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]+|.", re.DOTALL)


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal.

    >>> width("abc"), width("投诉")
    (3, 4)
    """
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else not unicodedata.combining(mark) for mark in text)


def filled(text: str, columns: int = 72, indent: str = "") -> str:
    """``text`` in lines of at most ``columns``, each after ``indent``; a longer word gets its own line.

    >>> print(filled("one two three", 9, "> "))
    > one two
    > three
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line.strip() and width(indent + line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or not piece.isspace() else ""
    lines.append(line.rstrip())
    return "\n".join(f"{indent}{each}" for each in lines)


def _pieces(text: str) -> list[str]:
    """Words and single wide letters, each with the closing marks and the space after it."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        if pieces and (piece[0] in _WIDE_CLOSING or _is_hangul_word(pieces[-1], piece)):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _is_hangul_word(before: str, piece: str) -> bool:
    """Korean is broken at its spaces, unlike Chinese."""
    return "\uac00" <= piece[0] <= "\ud7af" and not before[-1].isspace() and len(before) < 30
