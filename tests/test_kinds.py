"""Kinds and references: the definitions, sentence by sentence."""

from __future__ import annotations

import pytest

from dateline import Article, kinds, read
from dateline import kinds as all_kinds

# Written for these tests. (sentence, name, kind, reference)
SENTENCES = [
    ("Russian guns shelled Kupiansk all night.", "Kupiansk", "fighting", "literal"),
    ("Heavy clashes were reported near Avdiivka.", "Avdiivka", "fighting", "literal"),
    ("The army captured Robotyne in August.", "Robotyne", "control", "literal"),
    ("Kherson was liberated in November.", "Kherson", "control", "literal"),
    ("Bakhmut has not fallen.", "Bakhmut", "control", "literal"),
    ("If Bakhmut falls, the road is open.", "Bakhmut", "threatened", "literal"),
    ("After Soledar they could go on to Kramatorsk.", "Kramatorsk", "threatened", "literal"),
    ("The rebels may try to seize Goma.", "Goma", "threatened", "literal"),
    ("Thousands of civilians fled from Khartoum.", "Khartoum", "civilians", "literal"),
    ("Aid reached Mariupol on Tuesday.", "Mariupol", "civilians", "literal"),
    ("Talks were held in Geneva.", "Geneva", "diplomacy", "literal"),
    ("The minister flew to Ankara.", "Ankara", "diplomacy", "literal"),
    ("Moscow denied the charge.", "Moscow", "actor", "metonym"),
    ("Kyiv’s military command wants to hold on.", "Kyiv", "actor", "metonym"),
    ("Russia needs a victory.", "Russia", "actor", "metonym"),
    ("He persuaded the US to send tanks.", "US", "actor", "metonym"),
    ("Ukrainian troops dug in.", "Ukrainian", "actor", "demonym"),
    ("The Russians withdrew at dawn.", "Russians", "actor", "demonym"),
    ("A spokesman for the Ukrainian Armed Forces said so.", "Ukrainian", "actor", "embedded"),
    ("KYIV, March 7 - The city was calm.", "KYIV", "reporting", "literal"),
    ("She was speaking by phone from Kharkiv.", "Kharkiv", "reporting", "literal"),
    ("The village lies 20 km west of Donetsk.", "Donetsk", "setting", "literal"),
    ("In the Kupiansk direction there were nine clashes.", "Kupiansk", "fighting", "modifier"),
    ("Nyala is the capital of South Darfur.", "South Darfur", "setting", "literal"),
]


@pytest.mark.parametrize(("sentence", "name", "kind", "reference"), SENTENCES, ids=[s[0][:40] for s in SENTENCES])
def test_kind_and_reference_follow_the_definitions(sentence, name, kind, reference, reader):
    done = read(Article("x", "", sentence), reader)
    found = {r.mention.text: r for r in done.readings}
    assert name in found, [r.mention.text for r in done.readings]
    assert (found[name].kind.value, found[name].reference.value) == (kind, reference), found[name].kind.reason


def test_kinds_come_in_order_of_precedence_with_distinct_letters_and_colours():
    found = all_kinds()
    assert [k.name for k in found] == ["fighting", "control", "threatened", "civilians", "diplomacy", "actor", "reporting", "setting"]
    for look in ("letter", "light", "dark", "label"):
        assert len({getattr(k, look) for k in found}) == len(found)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("scheme", "paper"), [("light", "#fbfaf7"), ("dark", "#171614")])
def test_letters_on_the_kinds_colours_can_be_read(scheme, paper):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 between the letter (paper) and the badge."""
    for kind in kinds():
        high, low = sorted((_luminance(getattr(kind, scheme)), _luminance(paper)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, kind.name
