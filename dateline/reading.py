"""Reading a report: the whole engine on one page."""

from __future__ import annotations

from dateline.choosing import choose
from dateline.cues import flat
from dateline.finding import find
from dateline.gazetteer import Gazetteer
from dateline.kinds import kinds_of
from dateline.passages import passage_at, passages
from dateline.records import Article, Candidate, Mention, ReadArticle, Reading
from dateline.references import references
from dateline.tagger import Tagger

ENGINE_VERSION = "1"
"""Changes whenever the same text may be read differently; stored readings carry it."""


def read(article: Article, tagger: Tagger, gazetteer: Gazetteer) -> ReadArticle:
    """Return ``article`` with every place name found, placed, typed and explained."""
    text = article.text
    tagging = tagger(text)
    cut = passages(text, tagging.sentence_starts)
    mentions = find(text, tagging, gazetteer)
    listed: dict[tuple[str, str], tuple[Candidate, ...]] = {}

    def candidates(mention: Mention) -> tuple[Candidate, ...]:
        key = (mention.text, mention.form)
        if key not in listed:
            listed[key] = gazetteer.candidates(mention.text, fuzzy=True) if mention.form == "name" else gazetteer.demonym(mention.text)
        return listed[key]

    plain = flat(text)
    choices = choose(plain, mentions, candidates, gazetteer.country_names)
    uses = references(plain, mentions, [choices[m.id].place for m in mentions])
    homes = [passage_at(cut, m.start) for m in mentions]
    openings = {p.paragraph: p.index for p in reversed(cut)}
    bounds = [(p.start, max(p.end, m.end), openings[p.paragraph] == p.index) for p, m in zip(homes, mentions, strict=True)]
    kinds = kinds_of(plain, mentions, bounds, [u.value for u in uses])
    return ReadArticle(
        article,
        cut,
        tuple(
            Reading(mention, home, choices[mention.id], kind, use)
            for mention, home, kind, use in zip(mentions, homes, kinds, uses, strict=True)
        ),
    )
