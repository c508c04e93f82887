"""What passes between Python and the scripts in the browser: every message, its fields, and who reads it.

To the browser go dictionaries, typed here. From the browser come records, decoded strictly by :func:`pick` and :func:`wishes`: a value that
is not of its type, an unknown action or an unknown field never reaches the app. ``tests/test_protocol.py`` reads the scripts and holds both
sides to this module.

=====================  ==========================  ==========================================  =====================================
message                from                        to                                          carries
=====================  ==========================  ==========================================  =====================================
:class:`ReaderData`    ``reader_pane.show``        ``reader.js``, ``decide.js``, ``link.js``   the marked text, what is shown of it,
                                                                                               what was done lately
:class:`Said`          ``app.grant``               ``reader.js``, ``decide.js``                what came of the last decision
:class:`Tiles`         ``map_pane.OSM``            ``bridge.js``, through the reader           online tiles, where they are on
:class:`ListData`      ``place_list.show``         ``place_list.js``                           a row a place
:class:`CardData`      ``place_card.show``         ``place_card.js``                           the card as HTML, or an offer
:class:`Offer`         ``place_card.offer``        ``place_card.js``, ``bridge.js``            the places a mention may mean
:class:`MapOptions`    ``map_pane.show``           ``bridge.js``                               colours and letters of the kinds
``SymbolProperties``,  ``dateline.layers``         ``bridge.js``, ``drawing.js``,              a place on the map, its outline
``AreaProperties``                                 ``publish.js``
:class:`Pick`          ``reader.js`` (trigger      ``app.picked``                              the place that was chosen
                       ``pick``)
:data:`Asked`          ``decide.js``,              ``app.wished``                              what a person decided, each once
                       ``place_card.js`` (trigger
                       ``wish``: a list)
=====================  ==========================  ==========================================  =====================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

import msgspec

from dateline import Wish
from dateline.layers import AreaProperties as AreaProperties  # what the map itself is given is shaped, and typed, there
from dateline.layers import Bounds
from dateline.layers import SymbolProperties as SymbolProperties

# To the browser.


class Tiles(TypedDict):
    """Online tiles instead of the app's own map."""

    url: str
    attribution: str


class Said(TypedDict):
    """What came of the last decision."""

    kind: Literal["saved", "trouble"]
    text: str
    number: str
    """Of the wish or the decision: another number is news."""
    mention: str
    """Id of the mention that stays in view, or ""."""


class KindChoice(TypedDict):
    """A kind to choose."""

    name: str
    label: str
    letter: str
    about: str


class ReferenceChoice(TypedDict):
    """A use of a name to choose."""

    name: str
    label: str


class ReaderView(TypedDict):
    """What the reader shows beside the text."""

    report: str
    """Id of the report, for the address."""
    bounds: Bounds
    """(south, west), (north, east) of what the report is about, for the map."""
    visible: list[str] | None
    """Ids of the mentions that pass the filters, or None for all of them."""
    place: str | None
    """Id of the chosen place."""
    sequence: int | None
    """The number the browser gave its last choice, echoed so that late answers are known as such."""
    tiles: Tiles | None
    """None for the app's own map."""
    undo: str
    """What undo would take back, in words, or ""."""
    redo: str
    """What redo would do again, or ""."""
    done: list[int]
    """The numbers of the wishes that were done lately, so that the browser sends them no more."""
    said: Said | None


class ReaderData(ReaderView):
    """All that the reader is given."""

    html: str
    """The text with its mentions marked, escaped by :mod:`dateline.marking`."""
    kinds: list[KindChoice]
    references: list[ReferenceChoice]
    statuses: dict[str, str]
    """Each status in words."""


class ListRow(TypedDict):
    """A place in the list. Text is text: the pane sets textContent."""

    id: str
    name: str
    where: str
    kind: str
    letter: str
    count: int
    hollow: bool
    square: bool
    uncertain: bool
    kinds: str
    status: str
    mark: str
    """The sign of a status that a person gave, or ""."""


class ListData(TypedDict):
    """All that the list is given."""

    rows: list[ListRow]
    empty: str
    """What it says where there are no rows."""


class Option(TypedDict):
    """A place that a mention may mean. Text is text here too."""

    id: str
    name: str
    where: str
    lat: float
    lon: float
    about: str


class Offer(TypedDict):
    """The places to choose from for a mention."""

    mention: str
    query: str
    """What was searched for, "" for the name itself."""
    places: list[Option]


class CardData(TypedDict):
    """All that the card is given."""

    html: str
    place: str | None
    report: str
    offer: Offer | None


class KindLook(TypedDict):
    """How the map shows a kind."""

    light: str
    dark: str
    letter: str


class MapOptions(TypedDict):
    """What the map is given once, when it is mounted."""

    kinds: dict[str, KindLook]
    style: dict[str, Any]
    """What :func:`dateline.style.map_style` returns."""
    attribution: str
    """HTML of our own."""


# From the browser.

_Id = Annotated[str, msgspec.Meta(max_length=300)]
_Number = Annotated[int, msgspec.Meta(ge=0)]
Scope = Literal["mention", "name", "always"]


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser sends: of exactly these fields."""


class Pick(_Message, frozen=True):
    """The browser chose a place, or none."""

    place: _Id | None
    sequence: _Number


class _Ask(_Message, frozen=True, tag_field="do"):
    """What a person asked for; ``at`` numbers it, so that it is done once."""

    at: _Number
    report: _Id


class _Decide(_Ask, frozen=True, tag_field="do"):
    mention: _Id
    scope: Scope
    why: Annotated[str, msgspec.Meta(max_length=1000)]


class AskCheck(_Decide, frozen=True, tag_field="do", tag="check"):
    """It is right as it is."""


class AskKind(_Decide, frozen=True, tag_field="do", tag="kind"):
    """It is of another kind."""

    value: _Id


class AskReference(_Decide, frozen=True, tag_field="do", tag="reference"):
    """The name is used otherwise, or is no place's."""

    value: _Id


class AskPlace(_Decide, frozen=True, tag_field="do", tag="place"):
    """It is another place; "" for none that is on the map."""

    value: _Id


class AskPoint(_Decide, frozen=True, tag_field="do", tag="point"):
    """It is a point on the map."""

    lat: float
    lon: float


class AskAdd(_Ask, frozen=True, tag_field="do", tag="add"):
    """The words from ``start`` to ``end`` (code points) name a place too."""

    start: _Number
    end: _Number


class AskUndo(_Ask, frozen=True, tag_field="do", tag="undo"):
    """Take the last decision back."""


class AskRedo(_Ask, frozen=True, tag_field="do", tag="redo"):
    """Decide again what was taken back."""


class AskOffer(_Ask, frozen=True, tag_field="do", tag="offer"):
    """Show what a mention may mean, or what is called ``query``. Decides nothing."""

    mention: _Id
    query: Annotated[str, msgspec.Meta(max_length=100)]


Decided = AskCheck | AskKind | AskReference | AskPlace | AskPoint
Asked = Decided | AskAdd | AskUndo | AskRedo | AskOffer
ACTIONS = {
    cls.__struct_config__.tag: cls for cls in (AskCheck, AskKind, AskReference, AskPlace, AskPoint, AskAdd, AskUndo, AskRedo, AskOffer)
}


class Misfit(msgspec.Struct, frozen=True):
    """Something that is none of these; its number, where it has one, so that the browser sends it no more."""

    at: int


def pick(value: object) -> Pick | None:
    """Return the choice that the browser sent, None where it is none."""
    try:
        found: Pick = msgspec.convert(value, Pick)
    except msgspec.ValidationError:
        return None
    return found


def wishes(value: object) -> list[Asked | Misfit]:
    """Return what the browser asks for, in its order: each as its record, or as a :class:`Misfit`. Nothing is a misfit of no number."""
    sent = value.get("list") if isinstance(value, Mapping) else None
    return [_wish(one) for one in sent] if isinstance(sent, list) else []


def _wish(value: Any) -> Asked | Misfit:
    try:
        found: Asked = msgspec.convert(value, Asked)
    except msgspec.ValidationError:
        at = value.get("at") if isinstance(value, Mapping) else 0
        return Misfit(at if type(at) is int else 0)
    return found


def decision(asked: Decided) -> Wish:
    """Return what a person decided as the desk takes it."""
    action = str(asked.__struct_config__.tag)
    if isinstance(asked, AskPoint):
        return Wish(action, asked.mention, asked.scope, "", asked.lat, asked.lon, asked.why)
    return Wish(action, asked.mention, asked.scope, "" if isinstance(asked, AskCheck) else asked.value, why=asked.why)


def trouble(number: int) -> Said:
    """Return what is said of a misfit: a page from before an update, or a script that is not ours."""
    text = "Dateline does not know what this page asked for, and did nothing. Reload the page."
    return {"kind": "trouble", "text": text, "number": str(number), "mention": ""}
