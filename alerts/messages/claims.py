"""What is claimed in a case, in the words of those who say it, and whether it holds, said by whom and when."""

from alerts.casefile import CaseClaim, CaseFile
from alerts.domain import Judgement, Truth
from alerts.messages.sentences import joined, quote
from alerts.messages.wording import quoted
from alerts.messages.words import Words
from monitor.plain_text import one_line

SHOWN = 2  # claims in a mail


def claims(case: CaseFile, words: Words) -> str:
    """The leading claims; then the word on the case as a whole, which outranks them, where a person gave one."""
    said = [_claim(claim, case, words) for claim in case.claims[:SHOWN]]
    if not said or case.incident.truth is not Truth.unverified:
        whole = case.incident.word_on(())
        said.append(words.say("claims.whole", truth=_holds(whole, case.incident.truth, words)))
    return joined(said)


def _claim(claim: CaseClaim, case: CaseFile, words: Words) -> str:
    said = case.word_on(claim)
    return words.say(
        "claims.one" if claim.posts > 1 else "claims.once",
        quote=quote(claim.post, words, claim.quote),
        n=words.number(claim.posts),
        truth=_holds(said, said.truth if said else Truth.unverified, words),
    )


def _holds(said: Judgement | None, truth: Truth, words: Words) -> str:
    word = words.say(f"claims.{truth.value}")
    if said is None:
        return words.say("claims.nobody") if truth is Truth.unverified else word
    told = words.say("claims.by", truth=word, name=one_line(said.by, 60), at=words.at(said.at))
    return words.say("claims.from", said=told, source=quoted(said.source, 120)) if said.source else told
