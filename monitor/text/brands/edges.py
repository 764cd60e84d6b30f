"""What may stand right before and after a name, in each language: particles, case endings, the rest of a compound."""

import re
from collections.abc import Callable

from monitor.text.brands.signs import HANGUL, LETTER, TELUGU

Edge = Callable[[str, int, int, str, bool], bool]  # text, start, end, what was cut off the term, for context words
LONG_KOREAN = 4  # syllables; from here on a compound ("노스라인항공") is still the name
LONG_TELUGU = 6  # signs; a name that long stands in no other word

# Case, topic and quoting particles, and the copula, that Korean writes onto a noun.
_PARTICLES = (
    "께서는|께서|에서는|에서도|에서만|에서|에게서|에게는|에게도|에게|한테서|한테는|한테도|한테|으로는|으로도|으로|로는|로도|로|"
    "이라고는|이라고|라고|이라는|라는|이라도|라도|이라서|라서|이랑|랑|이나|나|이든|든|이며|며|이고|고|이면|면|"
    "이|가|은|는|을|를|의|에는|에도|에|와는|와|과는|과|도|만은|만|까지도|까지|부터|마다|처럼|같은|같이|보다|조차|마저|밖에|뿐|"
    "들|측|님|야|아|여|입니다|입니까|이다|이네|네요|네|인데|인가요|인가|이에요|예요|임|인|이었|였|하고|란|이란|요|때문"
)
# On a very short name "고" and "면" are more often the ending of a verb: "보라고".
_AFTER_SHORT = _PARTICLES.replace("|고|이면|면|", "|이면|")
# Nouns that a company's name is written together with.
_NOUNS = (
    "고객센터|상담원|서비스|코리아|에너지|앱|폰|카드|은행|뱅크|항공|보험|통신|전자|택배|배송|직원|기사|본사|매장|그룹|회원|"
    "호텔|요금|환불|불매|먹통|사태|논란"
)
_KOREAN_END = re.compile(f"(?:{_NOUNS}){{0,2}}(?:{_PARTICLES}){{0,3}}(?![{HANGUL}])")
_SHORT_KOREAN_END = re.compile(f"(?:{_NOUNS}){{0,2}}(?:(?:{_AFTER_SHORT})(?:{_PARTICLES}){{0,2}})?(?![{HANGUL}])")
_KOREAN = re.compile(f"[{HANGUL}]")
_TELUGU = re.compile(f"[{TELUGU}]")
_SHORT = 2  # syllables or characters of a very short name

_TELUGU_ENDINGS = (
    "లోనే|లోని|లోంచి|లోకి|లో|కోసం|కూడా|కంటే|కి|కు|కే|నుంచి|నుండి|నే|ని|ను|తోనే|తో|దే|ది|వి|వాళ్ళకి|వాళ్లకి|వాళ్ళు|వాళ్లు|వాళ్ళ|వాళ్ల|"
    "వారు|వారి|వాడు|గారు|మీద|పైన|పై|వల్ల|చేత|యొక్క|లాంటి|లాగా|లా|అయితే|అంటే|ఏ|ఆ"
)
_TELUGU_END = {
    "": re.compile(f"[\u0c47\u0c3e\u0c4b]?(?:{_TELUGU_ENDINGS}){{0,3}}(?![{TELUGU}])"),
    # A final virama gives way to a vowel before an ending, a final anusvara to a long one.
    "\u0c4d": re.compile(f"[\u0c4d\u0c41\u0c42\u0c47\u0c3e\u0c3f\u0c4b]?(?:{_TELUGU_ENDINGS}){{0,3}}(?![{TELUGU}])"),
    "\u0c02": re.compile(f"(?:\u0c02|\u0c3e(?:న్ని|నికి|ల|లు)?)(?:{_TELUGU_ENDINGS}){{0,3}}(?![{TELUGU}])"),
}
_COMMUNITY = re.compile(rf"(?<!{LETTER})[ru]$")


def latin(text: str, start: int, end: int, cut: str, context: bool) -> bool:
    """Whole words only, which the tokens are already; in a path or the name of a community it is somebody's address."""
    if context or start == 0 or text[start - 1] != "/":
        return True
    before = text[max(0, start - 3) : start - 1]
    after = text[end : end + 1]
    return before[-1:].isalnum() and not _COMMUNITY.search(before) and after != "/"


def chinese(text: str, start: int, end: int, cut: str, context: bool) -> bool:
    """Found anywhere, for Chinese does not part words: what must not stand around it is told by forbidden words."""
    return True


def korean_start(text: str, start: int, end: int, cut: str, context: bool) -> bool:
    """A name begins its word; a context word of two syllables may also end a compound ("프로축구")."""
    return start == 0 or not _KOREAN.match(text[start - 1]) or (context and end - start >= _SHORT)


def korean_end(text: str, start: int, end: int, cut: str, context: bool) -> bool:
    """Particles and some nouns may follow; after a long name, and after a context word, anything may."""
    length = end - start
    if length >= (_SHORT if context else LONG_KOREAN):
        return True
    return (_SHORT_KOREAN_END if length <= _SHORT else _KOREAN_END).match(text, end) is not None


def telugu_start(text: str, start: int, end: int, cut: str, context: bool) -> bool:
    """A name begins its word, unless it is long enough to be itself anywhere."""
    return context or end - start >= LONG_TELUGU or start == 0 or not _TELUGU.match(text[start - 1])


def telugu_end(text: str, start: int, end: int, cut: str, context: bool) -> bool:
    """Case endings and postpositions may follow; after a long name, and after a context word, anything may."""
    if context or end - start >= LONG_TELUGU:
        return True
    return _TELUGU_END[cut].match(text, end) is not None


STARTS: dict[str, Edge] = {"latin": latin, "zh": chinese, "ko": korean_start, "te": telugu_start}
ENDS: dict[str, Edge] = {"latin": chinese, "zh": chinese, "ko": korean_end, "te": telugu_end}
