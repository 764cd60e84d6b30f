"""Which clauses of a text are about a brand: pure, and bounded on any text.

A clause belongs to whom it names, to whom "you" means, or to whom was named last. Comparisons lean to one side or the
other, and what is somebody else's fault, or the writer's own, is not held against the brand. The words by which all
this is told stand in ``stance_words``.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import dropwhile, pairwise, takewhile

from monitor.text import stance_words as words
from monitor.text.mentions import marked_mentions
from monitor.text.stance_words import BRAND, OTHER, SUBJECT

READ = 5_000  # characters of a text that are taken apart

_SENTENCE = re.compile(r"(?<=[!?。！？…;；\n])|(?<=\.)(?=\s|$)|(?<=[.!?]['\")])(?=\s)")
_ANY = (BRAND, OTHER, SUBJECT)
_MARKS = re.compile(f"[{BRAND}{OTHER}{SUBJECT}]")
_TELLING = re.compile(r"\b(?:cc|via|h/t)[\s:]{0,3}\Z")
_WORDLESS = re.compile(r"[\W_]*")
_LEADING = re.compile(rf"[\s,.]*(?:[{BRAND}{OTHER}][\s,]*)+")
_TRAIL = re.compile(rf"^[\s{BRAND}{OTHER}.,!?:()#]*$")


@dataclass(frozen=True, slots=True)
class Part:
    """What a text says about one brand, in the words of the text."""

    text: str  # said about it
    pardoned: str = ""  # said about it, but not its fault
    opposite: str = ""  # said about another, of which the opposite holds for the brand
    lean: int = 0  # +1 where a comparison is in its favour, -1 where it is not
    bare: bool = False  # the brand is named, and nothing said about it


@dataclass(slots=True)
class _Piece:
    text: str
    ours: bool  # about the brand, perhaps about others too
    bare: bool  # no more than names
    pardoned: bool = False


@dataclass(slots=True)
class _Reading:
    """What is known while the sentences of a text are gone through."""

    pieces: list[_Piece] = field(default_factory=list)
    topic: frozenset[str] = frozenset({BRAND})  # whom the last clause was about
    addressee: str | None = None  # whom "you" means
    unlike: int | None = None  # the first piece in which another is the opposite of the brand
    lean: int = 0


def part(folded: str, names: Sequence[str], others: Sequence[str] = ()) -> Part:
    """What a folded text says about the brand called ``names``; ``others`` are names that compete with it."""
    text = _MARKS.sub(" ", folded[:READ])
    text = text[reposted.end() :] if (reposted := words.REPOSTED.match(text)) else text
    marked, mentions = marked_mentions(_SENTENCE.split(text), names, others)
    if BRAND not in marked:  # meant by a link, or by who is answered
        return Part(folded)
    reading = _Reading()
    _begin(reading, marked, mentions)
    at = 0
    for sentence in _SENTENCE.split(marked):
        count = len(_MARKS.findall(sentence))
        _sentence(reading, sentence, mentions[at : at + count])
        at += count
    return _gathered(reading, folded)


def _gathered(reading: _Reading, folded: str) -> Part:
    ours = [piece for piece in reading.pieces if piece.ours]
    if len(ours) == len(reading.pieces) and not reading.lean and not any(piece.pardoned for piece in ours):
        return Part(folded)
    said = " ".join(piece.text.strip() for piece in ours if not piece.pardoned)
    pardoned = " ".join(piece.text.strip() for piece in ours if piece.pardoned)
    bare = not reading.lean and all(piece.bare for piece in ours)
    return Part(said.strip(), pardoned.strip(), _opposite(reading), reading.lean, bare)


def _opposite(reading: _Reading) -> str:
    """What is said of the other from "unlike" on, until the brand is spoken of again."""
    if reading.unlike is None:
        return ""
    later = (piece for piece in reading.pieces[reading.unlike :] if piece.text.strip())
    about = takewhile(lambda piece: not piece.ours, dropwhile(lambda piece: piece.ours, later))
    return " ".join(piece.text.strip() for piece in about)


def _begin(reading: _Reading, marked: str, mentions: list[str]) -> None:
    """Who is spoken to, and whom the words before the first mention are about."""
    marks = _MARKS.findall(marked)
    if not marks:
        return
    last = max(marked.rfind(mark) for mark in _ANY)
    run = _LEADING.match(marked)
    leading = zip(_MARKS.findall(run.group() if run else ""), mentions, strict=False)
    if spoken_to := {mark for mark, _ in takewhile(lambda found: found[1].startswith("@"), leading)}:
        reading.addressee = BRAND if BRAND in spoken_to else OTHER
    elif mentions[-1].startswith(("@", "#")) and _TRAIL.match(marked[last:]) and marks[-1] == BRAND:
        reading.addressee = BRAND
    reading.topic = frozenset({reading.addressee or (BRAND if marks[0] == BRAND else OTHER)})


def _sentence(reading: _Reading, sentence: str, mentions: list[str]) -> None:
    if not sentence.strip():
        return
    excused = words.EXCUSE.search(sentence) is not None
    sentence = _without_subjects(sentence, mentions) if excused else sentence.replace(SUBJECT, OTHER)
    sentence = _leaning(reading, sentence)
    unlike = words.UNLIKE_BRAND.search(sentence)
    if unlike is not None:
        sentence = _with_the_other(sentence, mentions, unlike)
    begin = len(reading.pieces)
    _pardoning(reading, sentence, mentions, excused=excused)
    if unlike is not None:
        reading.unlike = begin if reading.unlike is None else reading.unlike
        reading.lean = reading.lean or -1
        reading.topic = frozenset({OTHER})
    elif words.UNLIKE_OTHER.search(sentence):
        reading.lean = reading.lean or 1
        reading.topic = frozenset({BRAND})


def _pardoning(reading: _Reading, sentence: str, mentions: list[str], *, excused: bool) -> None:
    """Takes a sentence apart; what stands before words of pardon, be it a sentence before, is not held against it."""
    begin = len(reading.pieces)
    fault = None if "?" in sentence else words.FAULT.search(sentence)
    spoken_to = reading.addressee == BRAND or words.YOU.search(sentence) is not None
    pardon = fault or (None if excused or spoken_to else words.CAUSE.search(sentence))
    if pardon is None:
        _cut_up(reading, sentence, mentions)
        return
    head, tail = sentence[: pardon.end()], sentence[pardon.end() :]
    count = len(_MARKS.findall(head))
    _cut_up(reading, head, mentions[:count])
    for piece in reading.pieces[max(0, begin - 1) if fault else begin :]:
        piece.pardoned = True
    rest = mentions[count:]
    if fault:
        goes_on = words.CONTRAST.search(tail) is not None and any(piece.ours for piece in reading.pieces)
        reading.topic = frozenset({BRAND if goes_on else OTHER})
        if BRAND in tail:
            tail, rest = f"{OTHER}{tail}", ["", *rest]
    if tail.strip():
        _cut_up(reading, tail, rest)


def _without_subjects(sentence: str, mentions: list[str]) -> str:
    """The weather that somebody hides behind is nobody."""
    given = iter(list(mentions))
    pairs = [(character, next(given) if character in _ANY else "") for character in sentence]
    mentions[:] = [mention for character, mention in pairs if character in (BRAND, OTHER)]
    return "".join(mention if character == SUBJECT else character for character, mention in pairs)


def _leaning(reading: _Reading, sentence: str) -> str:
    """Notes whom a comparison favours; its words are read for neither side."""
    if BRAND not in sentence:
        return sentence
    lean = 0
    for pattern, sign in ((words.WINS, 1), (words.LOSES, -1)):
        hit = pattern.search(sentence)
        if hit is not None:
            lean += sign
            blank = "".join(c if c in (BRAND, OTHER) else " " for c in hit.group())
            sentence = sentence[: hit.start()] + blank + sentence[hit.end() :]
    reading.lean = reading.lean or lean
    return sentence


def _with_the_other(sentence: str, mentions: list[str], unlike: re.Match[str]) -> str:
    """Marks, where "unlike" has no name on its other side, that side as somebody's."""
    if OTHER in sentence:
        return sentence
    before = sentence[: unlike.start()].strip()
    at = 0 if len(before) > len(sentence[unlike.end() :].strip()) else unlike.end()
    mentions.insert(0 if at == 0 else len(_MARKS.findall(sentence[:at])), "")
    return f"{sentence[:at]}{OTHER}{sentence[at:]}"


def _cut_up(reading: _Reading, sentence: str, mentions: list[str]) -> None:
    named = list(zip(_MARKS.finditer(sentence), mentions, strict=True))
    if not named:
        if words.YOU.search(sentence) and reading.addressee:
            reading.topic = frozenset({reading.addressee})
        _add(reading, sentence, reading.topic, mentions)
        return
    start, owners = 0, {named[0][0].group()}
    rest = iter(mentions)
    for (before, first), (after, second) in pairwise(named):
        between = sentence[before.end() : after.start()]
        if after.group() in owners:
            continue
        both_told = first.startswith("@") and second.startswith("@") and not between.strip()
        if both_told or _is_together(between, sentence[after.end() :]) or _is_aside(sentence, after):
            owners |= {after.group()} if not _is_aside(sentence, after) else set()
            continue
        cut = before.end() + _cut(between)
        _add(reading, sentence[start:cut], owners, rest)
        start, owners = cut, {after.group()}
    _add(reading, sentence[start:], owners, rest)
    reading.topic = frozenset(owners)


def _is_aside(sentence: str, hit: re.Match[str]) -> bool:
    """Whether a mention only tells somebody: "... cc @somebody"."""
    return _TELLING.search(sentence, 0, hit.start()) is not None


def _is_together(between: str, after: str) -> bool:
    if words.TOGETHER.fullmatch(between):
        return True
    return words.TOGETHER_BY_COMMA.match(between + after) is not None and len(between.strip()) <= 1


def _add(reading: _Reading, text: str, owners: Set[str], mentions: Iterable[str]) -> None:
    given = iter(mentions)
    written = _MARKS.sub(lambda hit: next(given, ""), text)
    if written.strip():
        bare = _WORDLESS.fullmatch(_MARKS.sub("", text)) is not None
        reading.pieces.append(_Piece(written, BRAND in owners, bare))


def _cut(between: str) -> int:
    """Where in the words between two mentions the clause of the second begins."""
    contrast, commas, links, joins = words.BREAKS
    if hits := list(contrast.finditer(between)):
        return hits[-1].start()
    for ends in (words.ENDINGS, commas):
        if hits := list(ends.finditer(between)):
            return hits[-1].end()
    if hits := list(links.finditer(between)):
        return hits[-1].start()
    if (hit := words.RELATIVE.search(between)) is not None:
        return hit.end()
    if hits := list(joins.finditer(between)):
        return hits[-1].start()
    hit = words.PREPOSITIONS.search(between)
    return len(between) if hit is None else hit.start()
