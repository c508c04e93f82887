"""How a name is used: literally, for a government, as an adjective, inside an organisation's name.

The taxonomy is that of the *Pragmatic Guide to Geoparsing Evaluation* (Gritta, Pilehvar and
Collier 2020), folded to the six values of :data:`REFERENCES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.records import Label, Mention, Place

REFERENCES = ("literal", "modifier", "metonym", "demonym", "embedded", "not_a_place")

_BODY = (
    r"(?:army|armies|troops|forces?|fighters|soldiers|guns|military|militar\w+|government|president|presidency|prime|deputy|vice|ministers?"
    r"|ministry|leaders?|leadership|officials?|command\w*|brass|objectives?|goals?|aims?|progress|advance|allies|diplomats?|diplomacy|spokes\w+"
    r"|parliament|lawmakers|society|interests|defen[cs]e ministry|foreign|intelligence|secretary|ambassador|envoys?|central bank|regime"
    r"|authorities|invasion|offensive|counter-?offensive|war (?:effort|aims)|navy|air force|positions?|people|sanctions|aid|weapons|tanks"
    r"|crosshairs|sights|general staff|chief|representatives?|delegation|police|prosecutors?|rulers?|demands?|decision|policy|strategy|support)"
)
_POSSESSIVE_BODY = re.compile(rf"^['’]s? (?:[\w-]+ ){{0,3}}?{_BODY}\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"^['’]s? ")
_MODIFIER_BODY = re.compile(rf"^(?:[- ](?:backed|led|held|controlled|occupied|supplied|made|sponsored|aligned)\b| (?:(?!by |in |on |at |to |for |and |or |with |from |as |of )[\w-]+ )?{_BODY}\b)", re.IGNORECASE)
_REGION_PART = re.compile(r"^ (?:region|oblast|province|governorate|state|department|district|county|city|peninsula)\b", re.IGNORECASE)
_MODIFIER_GROUND = re.compile(r"^ (?:direction|front|axis|area|airport|coast|border|suburbs?|countryside|sector|road|highway|port|line)\b", re.IGNORECASE)
_PASSIVE = re.compile(r"^ (?:has |have |had )?(?:was|were|been|is|are|be) (?:(?:\w+ ){0,2}(?:shelled|hit|struck|bombed|attacked|captured|seized|retaken|under|left|without)|(?:in|on|at|one|a|the|not|still|located|quiet|home))\b")
_AGENT_VERB = re.compile(
    r"^,?(?: (?:also|now|still|again|repeatedly|consistently|never|has|have|had|is|was|will|would|could|may|might|must|can|cannot|did|does|not|be|been|meanwhile|already|soon|then|both|all|\w+ly)){0,4}"
    r" (?:said|says?|den(?:y|ies|ied)|agre(?:e|es|ed)|accus(?:es?|ed|ing)|want(?:s|ed)?|need(?:s|ed)?|launch(?:es|ed)?|sen[dt]s?|pledg(?:es?|ed)"
    r"|urg(?:es?|ed)|warn(?:s|ed)?|insist(?:s|ed)?|reject(?:s|ed)?|claim(?:s|ed)?|vow(?:s|ed)?|call(?:s|ed)?|s(?:eeks?|ought)|hop(?:es?|ed)"
    r"|plan(?:s|ned)?|fac(?:es?|ed)|wait(?:s|ing)|looking|racing|fighting|fights?|fought|invad(?:es?|ed)|annex(?:es|ed)|announc(?:es?|ed)|order(?:s|ed)?|blam(?:es?|ed)"
    r"|respond(?:s|ed)|gain(?:s|ed)?|renew(?:s|ed)|demand(?:s|ed)?|offer(?:s|ed)?|suppl(?:y|ies|ied)|back(?:s|ed)|support(?:s|ed)|arm(?:s|ed)|withdr(?:ew|aws?|awn)|tri(?:es|ed)"
    r"|believ(?:es?|ed)|fear(?:s|ed)?|expect(?:s|ed)?|consider(?:s|ed)?|regards?|refus(?:es?|ed)|condemn(?:s|ed)?|recogni[sz](?:es?|ed)|broke|cut|lost|los(?:es?|ing)|ruined|achieved"
    r"|unsuccessful|trying|able|putting?|puts?|deploy(?:s|ed)|impos(?:es?|ed)|expell?(?:s|ed)|summon(?:s|ed)|host(?:s|ed)|broker(?:s|ed)|mediat(?:es?|ed)|provid(?:es?|ed)|promis(?:es?|ed)|remembers?|voted?|became|become|made|makes|won|wins|had (?:\w+ ){0,2}(?:goals|aims|plans|time)|has (?:become|the)|closed|opened|struck back|attacked|responsible)\b",
    re.IGNORECASE,
)
_AGENT_BEFORE = re.compile(
    r"(?:\b(?:by|against|persuaded|persuade|accus(?:es?|ed|ing)|urg(?:es?|ed|ing)|blam(?:es?|ed|ing)|told|arming|backed|backs|support(?:s|ed|ing)?|support (?:for|from)|pressure on|sanctions (?:on|against)"
    r"|(?:war|talks|ties|relations|border|deal|agreement|negotiations|quarrel|trade) with|(?:aid|weapons|help|assistance|arms|tanks|loyal|given|ally|allies|allied|close|loses?|lost|glory|brought|sold) (?:to|of)|(?:invitation|hands|face|side) of|brought|gained|at|helped?|defeat\w*|than at|army of|government of|president of|leaders of|people of)(?: the)? )$",
    re.IGNORECASE,
)
_LOCATIVE_BEFORE = re.compile(r"\b(?:in|near|from|around|outside|inside|across|into|through|over|towards?|of|to|on|past|central and northern|eastern|western|northern|southern|central)(?: the)? $", re.IGNORECASE)
_ASIDE = re.compile(r"^, (?:for (?:its|their) part|however|too|in turn|meanwhile|by contrast|[^,.]{3,30}), ")
_QUOTED_OBJECT = re.compile(r"\b(?:what|that|which|whether|because|while|if|after|before|and|but|as|when|where|then)(?: the)? $", re.IGNORECASE)
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
