"""The gazetteer: which places a name may mean. It lists candidates and never chooses.

The core gazetteer is one read-only SQLite file, shipped compressed and unpacked once into the
user's cache; packs (:mod:`dateline.packs`) are files like it, asked together with it. Rows of ``place``
with an id below 2,000,000,000 carry GeoNames' own id.
"""

from __future__ import annotations

import json
import logging
import lzma
import math
import os
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from dateline import digests
from dateline.errors import DataError
from dateline.files import read_only, whole
from dateline.folders import cache_folder
from dateline.names import code_key, common_spelling, fold_key, is_code, with_articles, without_article
from dateline.records import Candidate, Mention, Place

SCHEMA = """
CREATE TABLE place(
  row INTEGER PRIMARY KEY,       -- GeoNames id, or 2,000,000,000 and up for places of our own
  slug TEXT, name TEXT, feature TEXT,
  lat_e5 INTEGER, lon_e5 INTEGER, -- WGS84 degrees times 100,000
  country TEXT, admin1 TEXT,      -- ISO 3166-1 alpha-2; GeoNames first-level code or a name
  population INTEGER, radius_km INTEGER, exactness TEXT, aliases TEXT, claims TEXT, source TEXT);
CREATE TABLE name(key TEXT, place INTEGER, grade INTEGER, -- 0 main name, 1 alias, 2 made by rule, 3 only for search
  PRIMARY KEY(key, place)) WITHOUT ROWID;
CREATE TABLE demonym(key TEXT, place INTEGER, form TEXT, -- adjective or people
  PRIMARY KEY(key, place)) WITHOUT ROWID;
CREATE TABLE area(place INTEGER PRIMARY KEY, rings BLOB);  -- zlib of JSON [[[lon, lat], ...], ...]
CREATE TABLE region(country TEXT, admin1 TEXT, place INTEGER, PRIMARY KEY(country, admin1)) WITHOUT ROWID;
CREATE TABLE word(key TEXT PRIMARY KEY) WITHOUT ROWID;      -- common English words, as fold keys
"""

PACKED = Path(__file__).resolve().parents[1] / "data" / "gazetteer.sqlite.xz"
UNPACKED = "gazetteer.sqlite"
"""By this name ``data/digests.json`` knows what is in it."""
FIRST_OWN_ROW = 2_000_000_000
"""Row ids below are GeoNames ids; places of our own count up from here."""
FUZZY_MIN_LETTERS = 6
SEARCH_MIN_LETTERS = 3
OUTLINES_KEPT = 64
FUZZY_MIN_SCORE = 90.0
"""rapidfuzz ratio (0-100): one changed letter in ten."""
_MATCH_BY_GRADE = {0: "name", 1: "alias", 2: "fold", 3: "alias"}
_LOG = logging.getLogger(__name__)
_CHUNK = 500
"""Keys asked in one statement; SQLite's own limit is far above."""


def unpacked(packed: Path = PACKED) -> Path:
    """Return the unpacked gazetteer, unpacking it on first use (about a second).

    The file name carries a digest of the packed file, so that a new version never meets an old copy. Each call looks at a few blocks
    of the copy (2 ms, see :func:`dateline.digests.verified`): one that was changed or damaged is unpacked anew, and a warning is
    logged. Written to a temporary file first: two first starts at once are harmless.

    Raises:
        DataError: the packed file is missing, damaged or not what ships, or the cache cannot be written.
    """
    try:
        size = packed.stat().st_size
        wanted = digests.shipped(packed.name)
        if size != wanted.size:
            raise DataError(_changed(packed))
        target = cache_folder() / f"gazetteer-{wanted.sha256[:12]}.sqlite"
        if target.exists():
            if verified(target, thorough=False):
                return target
            _LOG.warning("dateline: the copy of the gazetteer in %r was damaged or changed: it is unpacked again.", str(target))
        _unpack(packed, target)
    except (OSError, lzma.LZMAError) as error:
        msg = (
            f"The gazetteer {str(packed)!r} could not be unpacked into {str(cache_folder())!r}: {error}. "
            "Check out the file again, or set DATELINE_CACHE to a folder that can be written."
        )
        raise DataError(msg) from error
    return target


def _unpack(packed: Path, target: Path) -> None:
    content = packed.read_bytes()
    if not digests.agrees(content, digests.shipped(packed.name)):
        raise DataError(_changed(packed))
    content = lzma.decompress(content)
    if not digests.agrees(content, digests.shipped(UNPACKED)):
        raise DataError(_changed(packed))
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole(target, 0o600) as file:
        file.write(content)


def _changed(packed: Path) -> str:
    return (
        f"The gazetteer {str(packed)!r} is not the one that ships with Dateline: damaged, or changed. Check out the file again; "
        "after `make data`, run `python -m data.build.digests`."
    )


def verified(path: Path | None = None, *, thorough: bool = True) -> bool:
    """Return whether an unpacked core gazetteer is what ships: all of it (0.2 s), or else its size and a few blocks (2 ms).

    Args:
        path: by default the copy in the cache, unpacked if need be.
        thorough: whether all of it is read.

    Raises:
        DataError: nothing is known of what ships, or it cannot be unpacked.
    """
    return digests.verified(path or unpacked(), digests.shipped(UNPACKED), thorough=thorough)


@dataclass(frozen=True, slots=True)
class Known:
    """What a gazetteer has under one fold key, in short: how many places, and the best of each sort."""

    count: int
    country: bool
    capital: bool
    region: bool
    area: bool
    town: bool
    main: bool
    """Whether it is the main name of one of them, not an alias."""
    size: float
    """log10 of the largest population, a seventh of it: 0 to about 1.3."""
    adjective: bool
    people: bool
    common: bool
    """Whether it is a common English word too."""


_NO_FACTS = (0,) * 8


def _known(facts: tuple[int, ...], demonym: str, common: bool) -> Known:
    count, country, capital, region, area, town, main, population = facts
    return Known(
        count=count, country=bool(country), capital=bool(capital), region=bool(region), area=bool(area), town=bool(town), main=bool(main),
        size=math.log10(1 + population) / 7, adjective=demonym == "adjective", people=demonym == "people", common=common,
    )  # fmt: skip


_FACTS = """
SELECT n.key, count(*), max(p.feature = 'PCLI'), max(p.feature = 'PPLC'), max(p.feature IN ('ADM1', 'ADM2')),
  max(p.feature NOT IN ('PCLI', 'PPLC', 'ADM1', 'ADM2', 'PPL')), max(p.feature IN ('PPL', 'PPLC')), max(n.grade = 0),
  max(p.population)
FROM name n JOIN place p ON p.row = n.place WHERE n.grade < 3 AND n.key IN"""


def core_file() -> Path:
    """Return the core gazetteer's file: the one that ``DATELINE_GAZETTEER`` names (its user's own: not checked), else the shipped one."""
    own = os.environ.get("DATELINE_GAZETTEER")
    return Path(own) if own else unpacked()


class Gazetteer:
    """Read-only access to the core gazetteer and its packs, asked as one. Safe to share between threads."""

    def __init__(self, path: Path | None = None, packs: Sequence[Path] = ()) -> None:
        """Open ``path``, or the core gazetteer, and ``packs`` (files with the same :data:`SCHEMA`) beside it.

        Raises:
            DataError: one of the files cannot be read; the message names it.
        """
        path = path or core_file()
        files = (path, *packs)
        version = path.stem
        try:
            for path in files:
                db = read_only(path, immutable=True)
                if path is files[0]:
                    self._db = db
                    self._regions = _region_names(db)
                    self.country_names = _country_names(db)
                    self._all: tuple[sqlite3.Connection, ...] = (db,)
                else:
                    digest = db.execute("SELECT value FROM about WHERE name = 'digest'").fetchone()[0]
                    self._all = (*self._all, db)
                    version += f"+{path.stem}-{digest}"
        except (sqlite3.Error, TypeError) as error:
            again = "it is unpacked again at the next start" if path is files[0] else f"add the pack {path.stem!r} again"
            msg = f"The gazetteer {str(path)!r} cannot be read: {error}. Delete it; {again}."
            raise DataError(msg) from error
        # a screen asks for the same few outlines at every turn, and unpacking a large country's takes 20 ms
        self._outline = lru_cache(maxsize=OUTLINES_KEPT)(self._unpacked_outline)
        self.version = version
        """Which files answer, by name: the core's carries the digest of its content, a pack's the digest of its source."""

    def known(self, keys: Iterable[str]) -> dict[str, Known]:
        """Return what is filed under each of the fold keys, in short; keys that nothing is filed under are left out."""
        wanted = [key for key in set(keys) if key]
        facts: dict[str, tuple[int, ...]] = {}
        demonyms: dict[str, str] = {}
        for i in range(0, len(wanted), _CHUNK):
            chunk = wanted[i : i + _CHUNK]
            marks = ",".join("?" * len(chunk))
            for db in self._all:
                for key, count, *best in db.execute(f"{_FACTS} ({marks}) GROUP BY n.key", chunk):
                    have = facts.get(key, _NO_FACTS)
                    facts[key] = (have[0] + count, *map(max, have[1:], best))
            demonyms.update(self._db.execute(f"SELECT key, form FROM demonym WHERE key IN ({marks})", chunk))
        common = self.common_words(facts)
        return {key: _known(facts.get(key, _NO_FACTS), demonyms.get(key, ""), key in common) for key in facts.keys() | demonyms.keys()}

    def common_words(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of the fold keys that are common English words (*most*, *reading*)."""
        return frozenset(self._among("SELECT key FROM word WHERE key IN", keys))

    def candidates(self, name: str, *, fuzzy: bool = False) -> tuple[Candidate, ...]:
        """Return every place ``name`` may mean, by folded spelling, largest population first.

        With ``fuzzy``, a name of six letters or more that nothing matches is compared with the
        names that share its first three letters. ``()`` means: asked, and not known.
        """
        key = fold_key(name)
        found = self._by_key(key)
        if is_code(name):
            found = self._by_key(code_key(name)) + found
        if not found and (bare := without_article(key)):
            found = self._by_key(bare)
        if not found:
            for longer in with_articles(key):
                found = found or self._by_key(longer)
        if not found and fuzzy and len(key) >= FUZZY_MIN_LETTERS:
            found = self._fuzzy(key)
        return found + self._regions_of_seats(key, found)

    def _regions_of_seats(self, key: str, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """Return the first-level regions that bear the main name of a town found by another spelling: *Lugansk* may be Luhansk Oblast."""
        have = {c.place.id for c in found}
        regions = {}
        for town in (c.place for c in found if c.match == "alias" and c.place.feature in ("PPL", "PPLC")):
            main = fold_key(town.name)
            for other in () if main in key.split() else self._by_key(main):  # Gaza City is no region
                if other.place.feature == "ADM1" and other.place.country == town.country and other.place.id not in have:
                    regions[other.place.id] = Candidate(other.place, "alias")
        return tuple(regions.values())

    def demonym(self, word: str) -> tuple[Candidate, ...]:
        """Return the places an adjective or a people's name belongs to, match = its form."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS}, d.form FROM demonym d JOIN place p ON p.row = d.place WHERE d.key = ?",
            (fold_key(word),),
        ).fetchall()
        return tuple(Candidate(self._place(row[:-1]), row[-1]) for row in rows)

    def listed(self, mention: Mention) -> tuple[Candidate, ...]:
        """Return every place a mention may mean: those its adjective or people belongs to, and those of its name."""
        if mention.form == "name":
            return self.candidates(mention.text, fuzzy=True)
        peoples = self.demonym(mention.text)
        have = {c.place.id for c in peoples}
        return peoples + tuple(c for c in self.candidates(mention.text) if c.place.id not in have)

    def place(self, place_id: str) -> Place | None:
        """Return the place with this id, or None if this gazetteer does not have it."""
        where, value = _where(place_id)
        for db in self._all:
            if row := db.execute(f"SELECT {_COLUMNS} FROM place p WHERE {where}", (value,)).fetchone():
                return self._place(row)
        return None

    def starting(self, text: str, limit: int = 20) -> tuple[Candidate, ...]:
        """Return the places a person who types ``text`` may look for: those of that name, then those whose names begin so, by size."""
        key = fold_key(text)
        found = {c.place.id: c for c in self.candidates(text, fuzzy=True)}
        if len(key) >= SEARCH_MIN_LETTERS:
            longer = [
                Candidate(self._place(row[:-1]), _MATCH_BY_GRADE[row[-1]])
                for db in self._all
                for row in db.execute(
                    f"SELECT {_COLUMNS}, n.grade FROM name n JOIN place p ON p.row = n.place WHERE n.key >= ? AND n.key < ?"
                    " ORDER BY p.population DESC, p.row LIMIT ?",
                    (key, key + "\U0010ffff", 2 * limit),
                )
            ]
            for candidate in sorted(longer, key=lambda c: -c.place.population):
                found.setdefault(candidate.place.id, candidate)
        # those that bear the name now before those that once bore it
        return tuple(sorted(found.values(), key=lambda c: (fold_key(c.place.name) != key, not fold_key(c.place.name).startswith(key))))[
            :limit
        ]

    def outline(self, place_id: str) -> list[list[list[float]]] | None:
        """Return the outer rings of an area as [[lon, lat], ...] lists, or None if none is known. They are shared: not to be changed."""
        return self._outline(place_id)

    def _unpacked_outline(self, place_id: str) -> list[list[list[float]]] | None:
        where, value = _where(place_id)
        row = self._db.execute(f"SELECT a.rings FROM place p JOIN area a ON a.place = p.row WHERE {where}", (value,)).fetchone()
        return json.loads(zlib.decompress(row[0])) if row else None

    def _among(self, statement: str, keys: Iterable[str]) -> set[str]:
        wanted = [key for key in set(keys) if key]
        found: set[str] = set()
        for i in range(0, len(wanted), _CHUNK):
            chunk = wanted[i : i + _CHUNK]
            marks = ",".join("?" * len(chunk))
            found.update(row[0] for row in self._db.execute(f"{statement} ({marks})", chunk))
        return found

    def _by_key(self, key: str, match: str = "") -> tuple[Candidate, ...]:
        found: dict[str, Candidate] = {}
        for db in self._all:
            rows = db.execute(
                f"SELECT {_COLUMNS}, n.grade FROM name n JOIN place p ON p.row = n.place WHERE n.key = ? AND n.grade < 3"
                " ORDER BY p.population DESC, p.row",
                (key,),
            )
            for row in rows.fetchall():
                place = self._place(row[:-1])
                found.setdefault(place.id, Candidate(place, match or _MATCH_BY_GRADE[row[-1]]))
        return tuple(sorted(found.values(), key=lambda c: -c.place.population))

    def _fuzzy(self, key: str) -> tuple[Candidate, ...]:
        start = key[:3]
        keys = {
            row[0]
            for db in self._all
            for row in db.execute("SELECT DISTINCT key FROM name WHERE key >= ? AND key < ?", (start, start + "\U0010ffff"))
        }
        best = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=FUZZY_MIN_SCORE)
        return self._by_key(best[0], "fuzzy") if best else ()

    def _place(self, row: tuple[object, ...]) -> Place:
        number, slug, name, feature, lat, lon, country, admin1, population, radius, exact, aliases, claims, source = row
        region = self._regions.get((str(country), str(admin1)), str(admin1) if not str(admin1).isdecimal() else "")
        return Place(
            id=str(slug) or f"gn:{number}",
            name=common_spelling(str(name)),
            feature=str(feature),
            lat=int(str(lat)) / 1e5,
            lon=int(str(lon)) / 1e5,
            country=str(country),
            admin1="" if feature in ("ADM1", "PCLI") else region,
            population=int(str(population)),
            radius_km=float(str(radius)),
            exactness=str(exact),
            aliases=tuple(a for a in str(aliases).split("|") if a),
            claims=tuple(c for c in str(claims).split("|") if c),
            source=str(source),
        )


def _where(place_id: str) -> tuple[str, str]:
    """Return the condition and its value that find a place by id, by the primary key: the slugs of our own places have no index."""
    if place_id.startswith("gn:") and place_id[3:].isdecimal():
        return "p.row = ?", place_id[3:]
    return f"p.row >= {FIRST_OWN_ROW} AND p.slug = ?", place_id


def _region_names(db: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = db.execute("SELECT r.country, r.admin1, p.name FROM region r JOIN place p ON p.row = r.place")
    return {(country, code): common_spelling(name) for country, code, name in rows}


def _country_names(db: sqlite3.Connection) -> dict[str, str]:
    """Return the English names of countries by ISO 3166-1 alpha-2 code."""
    return dict(db.execute("SELECT country, name FROM place WHERE feature = 'PCLI' AND country <> ''"))


_COLUMNS = ", ".join(
    f"p.{column}"
    for column in (
        "row", "slug", "name", "feature", "lat_e5", "lon_e5", "country", "admin1", "population",
        "radius_km", "exactness", "aliases", "claims", "source",
    )
)  # fmt: skip
