"""The desk: what one does with a report, from opening it to deciding about it. It joins library, workshop and gazetteer."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from dateline import decisions as log
from dateline.decisions import Decision, Difference, Value, Was
from dateline.errors import DatelineError, DecisionError, ReportError, StoreError
from dateline.gazetteer import Gazetteer
from dateline.intake.draft import Draft
from dateline.intake.plain_text import encodable
from dateline.library import Counts, Library, Outcome
from dateline.names import fold_key
from dateline.packs import installed
from dateline.reading import made_by
from dateline.records import Article, Place, ReadArticle, Reading
from dateline.tables import status_of
from dateline.workshop import Workshop

Progress = Callable[[float], None]
MOSTLY = 0.4
"""A country with this share of a report's placed mentions is what it is about."""
WINDOW = 3_000
"""Characters on either side of an added mention that are read with it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A report on the desk: as the engine read it, with the decisions laid over, and the log they come from."""

    engine: ReadArticle
    read: ReadArticle
    decisions: tuple[Decision, ...]
    made_by: str
    outdated: bool
    """Whether this engine, or these packs, might read it differently."""
    unreadable: int = 0
    """Rows of the log that are damaged, or mean nothing to this Dateline: they are kept, and left aside."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision: the log's new entry, and the report as it now is."""

    made: Decision
    opened: Opened


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a log that was taken in."""

    opened: Opened
    new: int
    left_out: int
    """Decisions that fit no words of this text."""
    standing: int
    """Of the new ones, those that count for reports added from now on too."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for about one mention, as the screen hands it over."""

    action: str
    """``check``, ``kind``, ``reference``, ``place`` or ``point``."""
    mention: str
    scope: str = "mention"
    value: str = ""
    """The kind, the reference or the place's id; of ``point`` nothing."""
    lat: float = 0.0
    lon: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes whenever a report must be opened anew."""

    reading: str
    decisions: int
    """Grows with the log; -1 where the log is damaged and cannot tell: nothing is remembered then."""
    erased: int
    """Grows with every report that is deleted for good: its decisions may have counted here."""
    about: tuple[str, ...]
    """The report's description."""
    gazetteer: str
    """The gazetteer's files."""


class Recent:
    """The reports opened last, each with its stamp. Safe to share between threads; what it holds is never changed."""

    def __init__(self, kept: int = 16) -> None:
        """Keep so many."""
        self._kept, self._turn = kept, threading.Lock()
        self._held: OrderedDict[tuple[str, Stamp], Opened] = OrderedDict()

    def get(self, report: str, stamp: Stamp) -> Opened | None:
        """Return the report as it was opened under this stamp, or None."""
        with self._turn:
            if (found := self._held.get((report, stamp))) is not None:
                self._held.move_to_end((report, stamp))
            return found

    def put(self, report: str, stamp: Stamp, opened: Opened) -> None:
        """Remember a report as it is under this stamp, if that tells one state from another."""
        if stamp.decisions < 0:
            return
        with self._turn:
            self._held[report, stamp] = opened
            while len(self._held) > self._kept:
                self._held.popitem(last=False)


class Desk:
    """Opens reports and takes decisions about them."""

    def __init__(self, library: Library, workshop: Workshop, gazetteer: Gazetteer, recent: Recent | None = None) -> None:
        """Work with this library, these sandboxes and this gazetteer; ``recent`` may be shared with other desks of this library."""
        self.library, self.workshop, self.gazetteer = library, workshop, gazetteer
        self._recent = recent or Recent()

    def add_text(self, text: str, title: str = "") -> Outcome:
        """Add pasted text to the library and return what became of it. It may begin with front matter, as a file."""
        return self._added(
            title or "the pasted text", "pasted", title, lambda: self.workshop.extract(encodable(text).encode(), "pasted.txt")
        )

    def add_file(self, name: str, content: bytes) -> Outcome:
        """Add a file's bytes to the library and return what became of it."""
        name = encodable(name)
        return self._added(name, name, "", lambda: self.workshop.extract(content, name), PurePath(name).stem)

    def add_link(self, link: str) -> Outcome:
        """Fetch a web page, add its article to the library and return what became of it. The site sees the request."""
        return self._added(link, link, "", lambda: self.workshop.fetch(link))

    def _added(self, name: str, origin: str, title: str, get: Callable[[], Draft], number: str = "") -> Outcome:
        try:
            draft = get()
            added = self.library.reports.add(replace(draft, title=title) if title else draft, origin, number)
        except DatelineError as error:
            return Outcome(name, None, str(error))
        return Outcome(added.title, added.report, added.outcome)

    def needs_reading(self, report: str) -> bool:
        """Return whether opening the report means reading it first."""
        return not self.library.reading_stamp(report).endswith(self.library.reports.digest(report) or "?")

    def stamp(self, report: str) -> Stamp:
        """Return what changes whenever the report must be shown anew. Cheap."""
        library = self.library
        return Stamp(
            library.reading_stamp(report), library.decisions_stamp(report), library.erased(), library.reports.description(report),
            self.gazetteer.version,
        )  # fmt: skip

    def opened(self, report: str, stamp: Stamp | None = None) -> Opened:
        """Return what :meth:`open` does, from memory where nothing has changed since; ``stamp``, where it has been asked for already."""
        stamp = stamp or self.stamp(report)
        if (found := self._recent.get(report, stamp)) is None:
            found = self.open(report)
            if self.stamp(report) == stamp:  # else something came in between: it is opened again the next time
                self._recent.put(report, stamp, found)
        return found

    def open(self, report: str, progress: Progress | None = None) -> Opened:
        """Return a report of the library, read now if it was not before.

        Raises:
            ReportError: there is none of this id, or it cannot be read within the limits.
            StoreError: the library cannot be used.
        """
        article = self.library.reports.get(report)
        if article is None:
            msg = f"There is no report {report!r} in the library. Choose another one."
            raise ReportError(msg)
        stored = self.library.reading(article)
        if stored is None:
            read, maker = self._read(article, progress)
        else:
            read, maker = stored.read, stored.made_by
        held = self.library.log(report)
        laid_over = log.apply(read, held.decisions)
        if stored is None:
            self._count(laid_over)
        return Opened(read, laid_over, held.decisions, maker, maker != made_by(self.gazetteer), held.unreadable)

    def _read(self, article: Article, progress: Progress | None) -> tuple[ReadArticle, str]:
        """Read a report and store the reading; what ``progress`` raises (a screen that is drawn anew) is raised when that is done."""
        raised: list[BaseException] = []

        def tell(share: float) -> None:
            if progress and not raised:
                try:
                    progress(share)
                except BaseException as error:  # a screen's own signals are no Exceptions
                    raised.append(error)

        read, maker = self.workshop.read(article, progress=tell)
        with contextlib.suppress(StoreError):  # a full disk, a home that is only read: it is read again the next time
            self.library.keep_reading(read, maker)
        if raised:
            raise raised[0]
        return read, maker

    def remake(self, report: str, progress: Progress | None = None) -> tuple[Difference, ...]:
        """Read a report again with the engine and packs of now, and return what is different. Decisions stay as they are."""
        before = self.open(report)
        read, _ = self._read(before.engine.article, progress)
        after = log.apply(read, before.decisions)
        self._count(after)
        return log.differences(before.read, after)

    def decide(self, opened: Opened, wish: Wish, who: str) -> Decided:
        """Take a decision about a mention of an opened report; return it, and the report with it, once it is saved.

        Raises:
            DecisionError: there is no such mention or place, or the wish means nothing.
            StoreError: it could not be saved.
        """
        reading = _the_one(opened.read, wish.mention)
        action, value = self._value(opened.read, reading, wish)
        made = log.decide(opened.read.article, reading, action, value, who=who, scope=wish.scope, why=wish.why)
        return self._saved(opened, made)

    def add(self, opened: Opened, start: int, end: int, who: str) -> Decided:
        """Add the words from ``start`` to ``end`` as a mention, with what the engine makes of them; return that once it is saved.

        Raises:
            DecisionError: there are no words there, or too many.
        """
        article = opened.read.article
        start, end = _trimmed(article.text, start, end)
        if any((r.mention.start, r.mention.end) == (start, end) for r in opened.read.readings):
            msg = f"{article.text[start:end]!r} is a mention already. Click it to decide about it."
            raise DecisionError(msg)
        low, high = max(0, start - WINDOW), min(len(article.text), end + WINDOW)
        piece = replace(article, text=article.text[low:high])
        read, _ = self.workshop.read(piece, given=[(start - low, end - low)])
        (reading,) = read.readings
        mention = replace(reading.mention, id="", start=start, end=end)
        made = log.decide(article, replace(reading, mention=mention), "add", who=who)
        was = Was(
            mention.form, reading.choice.place, reading.choice.reason, reading.choice.confidence, reading.kind.value, reading.kind.reason,
            reading.reference.value, reading.reference.reason,
        )  # fmt: skip
        return self._saved(opened, replace(made, was=was))

    def undo(self, opened: Opened, who: str, *, again: bool = False) -> Decided | None:
        """Take back the last decision of ``who`` about a report (with ``again``, redo it); return what was taken back, or None."""
        report = opened.read.article.id
        own = [d for d in opened.decisions if d.report == report]
        made = log.to_redo(own, who) if again else log.to_undo(own, who)
        if made is None:
            return None
        return replace(self._saved(opened, replace(log.undoing(made, who=who, again=again), report=report)), made=made)

    def revoke(self, decision: Decision, who: str) -> None:
        """Take back a decision that stands "from now on", whatever report it was made on: nothing it did counts any more, in any report."""
        self.library.decide([log.undoing(decision, who=who)])

    def use(self, opened: Opened, name: str, place: Place, who: str) -> Decided:
        """Place all of a name in a report at ``place``, which a geocoder found; return the decision once it is saved."""
        reading = next((r for r in opened.read.readings if r.mention.text == name), None)
        if reading is None:
            msg = f"There is no mention {name!r} in this report any more."
            raise DecisionError(msg)
        made = log.decide(opened.read.article, reading, "place", Value(place), who=who, scope="name", why=place.source)
        return self._saved(opened, made)

    def missing_country(self, read: ReadArticle) -> tuple[str, str] | None:
        """Return (code, name) of the country a report is mostly about, where it has names nothing here knows and there is no pack."""
        countries = Counter(r.choice.place.country for r in read.readings if r.choice.place and r.choice.place.country)
        if not countries or not unknown_names(read):
            return None
        code, count = countries.most_common(1)[0]
        have = {pack.name for pack in installed()}
        if count < MOSTLY * countries.total() or code in have:
            return None
        return code, self.gazetteer.country_names.get(code, code)

    def merge(self, report: str, data: bytes | object) -> Merged:
        """Take over the decisions of a file, its bytes or what was parsed of them; return what became of them.

        Raises:
            DecisionError: the file is no log of decisions, or one of them is wrong. Nothing is taken over then.
        """
        opened = self.open(report)
        made, left_out = log.from_json(data, opened.read.article)
        held = self.library.reports_of(d.id for d in made)
        # a log of another report of this very library: its entries are in the log already, as that report's
        made = log.copied(made, {number for number, where in held.items() if where != report}, report)
        have = held.keys() | self.library.reports_of(d.id for d in made).keys()
        new = list({d.id: d for d in made if d.id not in have}.values())
        merged = self._with(opened, new)
        return Merged(merged, len(new), left_out, sum(d.scope == "always" for d in new))

    def candidates(self, reading: Reading) -> tuple[Place, ...]:
        """Return the places a mention may mean: the chosen one first, then what else was considered, then the gazetteer's."""
        chosen = [reading.choice.place] if reading.choice.place else []
        listed = [c.place for c in self.gazetteer.listed(reading.mention)]
        return tuple({place.id: place for place in (*chosen, *reading.choice.others, *listed)}.values())

    def _value(self, read: ReadArticle, reading: Reading, wish: Wish) -> tuple[str, Value]:
        """Return the action and value of the decision that a wish asks for."""
        match wish.action:
            case "kind":
                return "kind", Value(kind=wish.value)
            case "reference":
                return "reference", Value(reference=wish.value)
            case "point":
                return "place", Value(log.place_at(wish.lat, wish.lon, reading.mention.text))
            case "place":
                return "place", Value(self._place(read, reading, wish.value))
            case _:
                return wish.action, Value()

    def _place(self, read: ReadArticle, reading: Reading, number: str) -> Place | None:
        """Return the place with this id, or None for no id: the mention is not on the map."""
        if not number:
            return None
        known = [*self.candidates(reading), *(r.choice.place for r in read.readings if r.choice.place)]
        found = next((place for place in known if place.id == number), None) or self.gazetteer.place(number)
        if found is None:
            msg = f"There is no place {number!r} in the gazetteer. Search for it, or give its coordinates."
            raise DecisionError(msg)
        return found

    def _saved(self, opened: Opened, made: Decision) -> Decided:
        return Decided(made, self._with(opened, [made]))

    def _count(self, read: ReadArticle) -> None:
        """Note for the library's list how many places there are, and how many unchecked; where that cannot be saved it shows none."""
        with contextlib.suppress(StoreError):
            self.library.decide([], counts=_counts(read))

    def _with(self, opened: Opened, new: Sequence[Decision]) -> Opened:
        """Save decisions; return the report as it is with them, laid over once, before anything is saved: the log never forgets."""
        report, before = opened.read.article.id, self.stamp(opened.read.article.id)
        decisions = tuple(sorted((*opened.decisions, *new), key=lambda d: (d.at, d.id)))
        now = replace(opened, read=log.apply(opened.engine, decisions), decisions=decisions)
        self.library.decide(new, counts=_counts(now.read))
        after = self.stamp(report)
        # nobody else decided in between, and nothing else changed: the next look needs nothing but memory
        if self._recent.get(report, before) is opened and after == replace(before, decisions=before.decisions + len(new)):
            self._recent.put(report, after, now)
        return now


def _counts(read: ReadArticle) -> Counts:
    """Return how many places a report has, and how many of them nobody checked."""
    statuses: dict[str, list[str]] = {}
    for reading in read.readings:
        if reading.choice.place and reading.reference.value != log.NOT_A_PLACE:
            statuses.setdefault(reading.choice.place.id, []).append(reading.status)
    unchecked = sum(status_of(of_place) == "unchecked" for of_place in statuses.values())
    return Counts(read.article.id, len(statuses), unchecked)


def unknown_names(read: ReadArticle) -> tuple[str, ...]:
    """Return the names of a report that no gazetteer here knows, each once, in the order of the text."""
    names = [
        r.mention.text for r in read.readings if r.choice.place is None and r.status == "unchecked" and r.reference.value != log.NOT_A_PLACE
    ]
    return tuple(dict.fromkeys(names))


def _the_one(read: ReadArticle, mention: str) -> Reading:
    found = next((r for r in read.readings if r.mention.id == mention), None)
    if found is None:
        msg = f"There is no mention {mention!r} in this report any more. Choose it again."
        raise DecisionError(msg)
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without white space and marks at its ends."""
    if not 0 <= start < end <= len(text):
        msg = "Nothing is chosen. Mark the words of a place's name in the text."
        raise DecisionError(msg)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    if not fold_key(text[start:end]) or end - start > 80 or "\n" in text[start:end]:
        msg = f"{text[start:end][:60]!r} is no name of a place. Mark the words of one name."
        raise DecisionError(msg)
    return start, end
