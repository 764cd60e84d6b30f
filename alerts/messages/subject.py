"""The subject line: level and time, brand, what, and how it goes; never longer than 70 characters."""

from datetime import timedelta

from alerts.casefile import CaseFile
from alerts.messages.sentences import what
from alerts.messages.wording import quoted, shortened
from alerts.messages.words import Words
from monitor.plain_text import one_line

LIMIT = 70


def subject(case: CaseFile, words: Words, kind: str, level_word: str) -> str:
    """One line, such as "[ESCALATE 14:05] Northline Air: “they broke my guitar” doubling every 40 min"."""
    mark = f"{words.say('level.replayed')} · " if case.reconstruction else ""
    head = f"[{mark}{level_word} {words.clock(case.now)}]"
    brand = shortened(case.brand_title or case.incident.brand, 24)
    title = _title(case, words)
    forms = [_form(key, brand, case, words) for key in _endings(case, kind)]
    fitting = [form for form in forms if len(f"{head} {form.format(title)}") <= LIMIT]
    if fitting:
        return f"{head} {fitting[0].format(title)}"
    form = min(forms, key=len)
    room = LIMIT - len(f"{head} {form.format('')}")
    return one_line(f"{head} {form.format(_cut(title, room))}", LIMIT)


def _endings(case: CaseFile, kind: str) -> list[str]:
    if kind == "resolved":
        return ["over"]
    if kind == "doubled":
        return ["doubled", "doubled_short"]
    if case.press_at is not None:
        return ["press"]
    return ["doubling", "doubling_short"] if case.doubling is not None else ["size"]


def _form(key: str, brand: str, case: CaseFile, words: Words) -> str:
    """The text with one place ``{}`` left for the title; what strangers wrote cannot add another."""
    text = words.say(
        f"subject.{key}",
        brand=_literal(brand),
        what="{}",
        doubling=words.duration(case.doubling or timedelta(0)),
        size=words.number(case.size),
    )
    return one_line(text, 200)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _title(case: CaseFile, words: Words) -> str:
    """The case's title, between quotation marks where it is a stranger's words; else what kind of complaint it is."""
    title = quoted(case.incident.title, 60)
    if not title:
        return what(case, words)
    start = title.rstrip("…")[:20]
    return f"“{title}”" if case.claim is not None and quoted(case.claim.text, 400).startswith(start) else title


def _cut(title: str, room: int) -> str:
    if title.startswith("“") and title.endswith("”"):
        return f"“{shortened(title[1:-1], max(1, room - 2))}”"
    return shortened(title, max(1, room))
