"""How a name is used: literally, for a government, as an adjective, inside an organisation's name.

The taxonomy is that of the *Pragmatic Guide to Geoparsing Evaluation* (Gritta, Pilehvar and
Collier 2020), folded to the six values of :data:`REFERENCES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.cues import any_of
from dateline.records import Label, Mention, Place

REFERENCES = ("literal", "modifier", "metonym", "demonym", "embedded", "not_a_place")

_BODY = any_of("reference", "body")
_NO_PREPOSITION = r"(?!(?:by|in|on|at|to|for|and|or|with|from|as|of) )"
_POSSESSIVE_BODY = re.compile(rf"^['’]s? (?:[\w-]+ ){{0,3}}?{_BODY}\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"^['’]s? ")
_MODIFIER_BODY = re.compile(
    rf"^(?:-(?:backed|led|held|controlled|occupied|supplied|made|sponsored|aligned)\b| (?:{_NO_PREPOSITION}[\w-]+ )?{_BODY}\b)",
    re.IGNORECASE,
)
_REGION_PART = re.compile(rf"^ {any_of('reference', 'region')}\b", re.IGNORECASE)
_MODIFIER_GROUND = re.compile(rf"^ {any_of('reference', 'ground')}\b", re.IGNORECASE)
_PASSIVE = re.compile(  # something is done to the ground
    r"^ (?:has |have |had )?(?:was|were|been|is|are|be) (?:(?:\w+ ){0,2}(?:shelled|hit|struck|bombed|attacked|captured|seized|retaken"
    r"|under|left|without)|(?:in|on|at|one|a|the|not|still|located|quiet|home))\b"
)
_AGENT_VERB = re.compile(rf"^,?(?: {any_of('reference', 'adverb')}){{0,4}} {any_of('reference', 'verb')}\b", re.IGNORECASE)
_AGENT_BEFORE = re.compile(rf"\b{any_of('reference', 'dealt_with')}(?: the)? $", re.IGNORECASE)
_LOCATIVE_BEFORE = re.compile(rf"\b{any_of('reference', 'locative')}(?: the)? $", re.IGNORECASE)
_ASIDE = re.compile(r"^, (?:for (?:its|their) part|however|too|in turn|meanwhile|by contrast|[^,.]{3,30}), ")
_QUOTED_OBJECT = re.compile(
    r"\b(?:what|that|which|whether|because|while|if|after|before|and|but|as|when|where|then)(?: the)? $", re.IGNORECASE
)
_CHAIN = re.compile(r"^(?:, |,? and |,? or )(?:the )?$")
_ACTING_FEATURES = frozenset({"PCLI", "PPLC", "CONT"})


@dataclass(frozen=True, slots=True)
class _Use:
    value: str
    reason: str
    certain: bool = True


def references(text: str, mentions: Sequence[Mention], places: Sequence[Place | None]) -> list[Label]:
    """Return the reference of each mention, with its reason.

    ``places`` are the chosen places, one a mention: only a country or a seat of government stands
    for its government. In a list (*the US, the UK and Germany*) the members agree.
    """
    uses = [_use(text, m, p) for m, p in zip(mentions, places, strict=True)]
    for order in (range(1, len(uses)), range(len(uses) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for i in order:
            beside, use = uses[i + step], uses[i]
            pair = sorted((mentions[i], mentions[i + step]), key=lambda m: m.start)
            joined = _CHAIN.match(text[pair[0].end : pair[1].start])
            if joined and not use.certain and beside.value == "metonym" and _acts(places[i]):
                uses[i] = _Use("metonym", f"named in one breath with {mentions[i + step].text!r}, which acts", certain=False)
    return [Label(use.value, use.reason) for use in uses]


def _acts(place: Place | None) -> bool:
    return place is not None and place.feature in _ACTING_FEATURES


def _use(text: str, mention: Mention, place: Place | None) -> _Use:
    if mention.host:
        return _Use("embedded", f"part of the name {mention.host!r}")
    if mention.form != "name":
        what = "an adjective" if mention.form == "adjective" else "a people"
        return _Use("demonym", f"{mention.text!r} is {what}, made from the name of a place")
    before, after = text[max(0, mention.start - 60) : mention.start], text[mention.end : mention.end + 80]
    ground = _REGION_PART.match(after)
    if _MODIFIER_GROUND.match(after):
        return _Use("modifier", f"stands before {after.split()[0]!r}")
    if _acts(place) and not ground:
        found = _acting(before, after)
        if found:
            return found
    if ground is None and _MODIFIER_BODY.match(after) and not _LOCATIVE_BEFORE.search(before):
        return _Use("metonym" if _acts(place) else "modifier", f"stands before {after.split()[0]!r}")
    certain = bool(ground or _LOCATIVE_BEFORE.search(before))
    return _Use("literal", "names the ground itself", certain=certain)


def _acting(before: str, after: str) -> _Use | None:
    after = _ASIDE.sub(" ", after)
    if body := _POSSESSIVE_BODY.match(after):
        if not re.search(r"\b(?:in|near|around|across) (?:the )?$", before):
            return _Use("metonym", f"{body[0].split()[-1]!r} of a government or a people")
    elif _POSSESSIVE.match(after):
        return None
    if _AGENT_BEFORE.search(before):
        return _Use("metonym", f"after {' '.join(before.split()[-2:])!r}: someone who is dealt with")
    verb = _AGENT_VERB.match(after)
    if verb and not _PASSIVE.match(after):
        located = _LOCATIVE_BEFORE.search(before)
        if not located or _QUOTED_OBJECT.search(before):
            return _Use("metonym", f"before {verb[0].split()[-1]!r}: someone who acts")
    return None
