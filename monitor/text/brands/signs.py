"""Kinds of characters that finding names needs to tell apart, as parts of regular expressions."""

import re

HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
HAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # with kana: written without blanks, too
TELUGU = "\u0c00-\u0c7f"
# Vowel signs of scripts whose words would fall apart without them: Python counts them as no part of a word.
_MARKS = "\u0591-\u05c7\u064b-\u065f\u0900-\u0bff\u0c80-\u0dff\u0e31-\u0e4e\u200c\u200d"
LETTER = rf"[^\W{HANGUL}{HAN}{TELUGU}]"  # letters, digits and "_" of the scripts that part words by blanks
WORD = f"{LETTER}+(?:[{_MARKS}]+{LETTER}*)*"
EMOJI = "\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
BREAK = "¦"  # stands for a line break, which folding would make a blank
PART = "|"  # stands between a post and the words of an address
GAP = re.compile(rf"[\s\-_.·•*~{BREAK}{EMOJI}]{{0,4}}")  # what may stand between the words of one name
PIECE = re.compile(rf"{WORD}|[^\s\-.·•*~{BREAK}{EMOJI}]")

_IS_HANGUL = re.compile(f"[{HANGUL}]")
_IS_HAN = re.compile(f"[{HAN}]")
_IS_TELUGU = re.compile(f"[{TELUGU}]")
_IS_LETTER = re.compile(LETTER)


def script(sign: str) -> str:
    """The language whose rules hold for ``sign``: "ko", "zh", "te"; "latin" for other letters and digits; else "".

    >>> [script(sign) for sign in "n\u0bb8航항\u0c06&"]
    ['latin', 'latin', 'zh', 'ko', 'te', '']
    """
    if sign.isascii():
        return "latin" if sign.isalnum() or sign == "_" else ""
    for language, pattern in (("ko", _IS_HANGUL), ("zh", _IS_HAN), ("te", _IS_TELUGU), ("latin", _IS_LETTER)):
        if pattern.match(sign):
            return language
    return ""
