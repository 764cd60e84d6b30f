"""What is said of a case, sentence by sentence, as plain text; None where there is nothing to say."""

from collections.abc import Iterable
from datetime import timedelta

from alerts.casefile import CaseFile, Outlook
from alerts.domain import Incident, Status
from alerts.messages.wording import handle, quoted
from alerts.messages.words import Words
from monitor.domain import Post
from monitor.plain_text import one_line

_KINDS = {"influencer_complaint": "influencer", "volume_surge": "surge"}
_EVENING_HOURS = 6  # the outlook that stands in bold


def joined(sentences: Iterable[str | None]) -> str:
    """The sentences that there are, one after the other; after a wide full stop, without a space.

    >>> joined(["One.", None, "Two。", "Three."])
    'One. Two。Three.'
    """
    text = ""
    for sentence in filter(None, sentences):
        text += f" {sentence}" if text and not text.endswith("。") else sentence
    return text


def what(case: CaseFile, words: Words) -> str:
    """What it is, as a noun: "complaint about damaged property"."""
    read = case.claim.assessment if case.claim else None
    key = f"what.{read.reason}" if read and read.reason else "what.other"
    return words.say(key if words.has(key) else "what.other")


def headline(case: CaseFile, words: Words, kind: str, before: int | None) -> str:
    """The first sentence: what has happened."""
    about = what(case, words)
    if kind == "resolved":
        return words.say("headline.over", what=about)
    if kind == "doubled":
        if before is None or before >= case.size:
            return words.say("headline.doubled", what=about)
        return words.say("headline.doubled_from", what=about, before=words.number(before), size=words.number(case.size))
    parts = [_KINDS.get(case.incident.kind, "viral")]
    followers = case.origin.followers if case.origin else None
    if parts == ["influencer"] and followers is None:
        parts = ["viral"]
    if parts == ["viral"] and case.doubling is not None:
        parts.append("doubling")
    if case.press_at is not None:
        parts.append("press")
    return words.say(
        f"headline.{'_'.join(parts)}",
        what=about,
        followers=words.number(followers or 0),
        doubling=words.duration(case.doubling or timedelta(0)),
        press=words.at(case.press_at or case.now),
    )


def origin(case: CaseFile, words: Words) -> str:
    """The second sentence: when and where it began, by whom, in whose words."""
    claim = case.claim
    if claim is None:
        return words.say("origin.unseen", at=words.at(case.incident.started_at))
    return words.say(
        "origin.known",
        at=words.at(claim.created_at),
        who=_account(case, claim, words),
        site=words.name_of_site(claim.key.source),
        quote=quote(claim, words),
    )


def _account(case: CaseFile, claim: Post, words: Words) -> str:
    if case.origin is None:
        return author(case, claim) or one_line(claim.author.id, 40)
    name = handle(case.origin.handle)
    if case.origin.followers is None:
        return name
    return words.say("origin.account", handle=name, followers=words.number(case.origin.followers))


def author(case: CaseFile, post: Post) -> str | None:
    """Who wrote ``post``, as a handle; None where only a machine's name for the account is known."""
    if case.origin is not None and case.origin.key == post.author:
        return handle(case.origin.handle)
    for carrier in case.carriers:
        if carrier.account == post.author:
            return handle(carrier.handle)
    return None if ":" in post.author.id or len(post.author.id) > 20 else handle(post.author.id)


def quote(post: Post, words: Words, part: str | None = None) -> str:
    """The post's own words between quotation marks, all or ``part`` of them, with the name of their language."""
    language = (post.assessment.language if post.assessment else None) or post.language
    text = quoted(post.text if part is None else part)
    if language is None:
        return words.say("origin.quote_unlabelled", text=text)
    return words.say("origin.quote", text=text, language=words.name_of_language(language))


def size(case: CaseFile, words: Words) -> str:
    """How large it is now."""
    if case.size <= 1:
        return words.say("size.one")
    expected = case.expected_hour
    return words.say(
        "size.now" if expected is None else "size.now_expected",
        size=words.number(case.size),
        last_hour=words.number(case.last_hour),
        expected=words.number(expected or 0),
    )


def likely(case: CaseFile, words: Words) -> str | None:
    """The range expected some six hours from now; None below the data floor."""
    return _range("size.likely", _main(case), case, words) if case.outlook else None


def later(case: CaseFile, words: Words) -> str | None:
    """The range of the furthest outlook, where there is one beyond ``likely``."""
    furthest = max(case.outlook, key=lambda each: each.hours, default=None)
    if furthest is None or furthest is _main(case):
        return None
    return _range("size.later", furthest, case, words)


def _main(case: CaseFile) -> Outlook:
    return min(case.outlook, key=lambda each: abs(each.hours - _EVENING_HOURS))


def _range(key: str, outlook: Outlook, case: CaseFile, words: Words) -> str:
    at = words.at(case.now + timedelta(hours=outlook.hours))
    return words.say(key, low=words.rough(outlook.low), high=words.rough(outlook.high), at=at)


def range_note(case: CaseFile, words: Words) -> str:
    """What stands behind the likely range: the further one, and how far to trust them; or that there is none."""
    if not case.outlook:
        return words.say("size.no_forecast")
    further, trust = later(case, words), held(case, words)
    return words.say("size.note" if further else "size.note_short", later=further or "", held=trust)


def held(case: CaseFile, words: Words) -> str:
    """How often such ranges held so far, as far as that was measured."""
    forecast = case.forecast
    if forecast is None or forecast.coverage is None or not forecast.coverage_n:
        return words.say("size.held_unknown")
    hits = words.number(forecast.coverage * forecast.coverage_n)
    return words.say("size.held", held=hits, n=words.number(forecast.coverage_n))


def complaints(case: CaseFile, words: Words) -> str:
    """The share of complaints with its denominator and languages, and the views where a site counts them."""
    views = words.say("size.views", views=words.number(case.views[-1].size)) if case.views else None
    missing = unread(case, words)
    if case.complaint_share is None:
        return joined([words.say("size.unassessed"), missing, views])
    most = sorted(case.by_language.items(), key=lambda pair: (-pair[1], pair[0]))[:4]
    share = words.say(
        "size.complaints",
        share=words.percent(case.complaint_share),
        assessed=words.number(case.assessed),
        languages=", ".join(f"{words.name_of_language(code)} {words.number(n)}" for code, n in most),
    )
    return joined([share, missing, views])


def unread(case: CaseFile, words: Words) -> str | None:
    """How many texts were not assessed, of how many, in which languages; None where all were."""
    if not case.not_assessed:
        return None
    most = sorted(case.unread.items(), key=lambda pair: (-pair[1], pair[0]))[:4] or [("", case.not_assessed)]
    languages = (f"{_named(code, words)} {words.number(count)}" for code, count in most)
    counts = {"n": words.number(case.not_assessed), "total": words.number(case.texts)}
    return words.say("size.not_assessed", **counts, languages=", ".join(languages))


def _named(code: str, words: Words) -> str:
    return words.name_of_language(code) if code else words.say("language.unknown")


def matter(case: CaseFile, words: Words) -> str:
    """Why it may matter: press, sites, reach, who carries it, words of harm."""
    press = words.say("matter.press", at=words.at(case.press_at)) if case.press_at else words.say("matter.no_press")
    way = " → ".join(f"{words.name_of_site(site.source)} {words.at(site.at)}" for site in case.sites[:5])
    sites = words.say("matter.sites", sites=way) if len(case.sites) > 1 else None
    reach = words.say("matter.reach", reach=words.rough(case.reach)) if case.reach else None
    return joined([press, sites, reach, _carrier(case, words), _harm(case, words)])


def _carrier(case: CaseFile, words: Words) -> str | None:
    others = (each for each in case.carriers if case.claim is None or each.account != case.claim.author)
    best = next(others, None)
    if best is None or best.caused < 2:
        return None
    places = {"caused": words.number(best.caused), "share": words.percent(best.share)}
    return words.say("matter.carrier", handle=handle(best.handle), **places)


def _harm(case: CaseFile, words: Words) -> str | None:
    notes = [part.note for each in case.incident.latest for part in each.parts if part.name == "harm_words"]
    said = next((one_line(note, 60) for note in notes if note), None)
    return words.say("matter.harm", words=said) if said else None


def people(case: CaseFile, words: Words) -> str:
    """Who is on it, and when the next mail comes."""
    incident = case.incident
    names = []
    if incident.owner:
        names.append(words.say("people.owner", name=one_line(incident.owner, 60)))
    if incident.acked_by and incident.acked_at:
        name = one_line(incident.acked_by, 60)
        names.append(words.say("people.acked", name=name, at=words.at(incident.acked_at)))
    if not names and incident.status is Status.open:
        names.append(words.say("people.nobody", duration=words.duration(case.now - incident.fired_at)))
    if incident.snoozed_until and incident.snoozed_until > case.now:
        names.append(words.say("people.snoozed", at=words.at(incident.snoozed_until)))
    return joined([*names, words.say("people.next")])


def unknown(case: CaseFile, words: Words) -> str:
    """What is not known: sources that are silent, paths that are guessed."""
    quiet = [
        words.say(
            "unknown.silent" if each.since else "unknown.never",
            site=words.name_of_site(each.source),
            at=words.at(each.since or case.now),
            reason=one_line(each.reason, 80),
        )
        for each in case.silent[:4]
    ]
    sight = words.say("unknown.not_clear" if quiet else "unknown.all_answer")
    guessed = None
    if case.explicit_share is not None and case.explicit_share < 0.995:
        guessed = words.say("unknown.inferred", share=words.percent(1 - case.explicit_share))
    return joined([*quiet, sight, guessed])


def over(case: CaseFile, words: Words, level: str) -> str:
    """The all-clear: how long, how high, how much warning there was, who closed it."""
    incident = case.incident
    end = incident.resolved_at or case.now
    span = {"start": words.at(incident.started_at), "end": words.at(end)}
    lasted = words.say("over.lasted", duration=words.duration(end - incident.started_at), **span)
    peak = words.say("over.peak", level=level, size=words.number(case.size))
    return joined([lasted, peak, _lead(case, words), _closed(incident, words)])


def _lead(case: CaseFile, words: Words) -> str:
    if case.press_at is None:
        return words.say("over.no_press")
    lead = case.press_at - case.incident.fired_at
    return words.say("over.lead" if lead >= timedelta(0) else "over.late", lead=words.duration(lead))


def _closed(incident: Incident, words: Words) -> str:
    if incident.closed_by is None:
        return words.say("over.calm")
    name = one_line(incident.closed_by, 60)
    if incident.verdict is None:
        return words.say("over.closed_by", name=name)
    verdict = words.say(f"verdict.{incident.verdict.value}")
    reason = f" ({quoted(incident.verdict_reason, 120)})" if incident.verdict_reason else ""
    return words.say("over.closed", name=name, verdict=verdict + reason)
