"""Gazetteer packs: villages of a country, or a user's own places, in files beside the core gazetteer.

A pack is one SQLite file with the gazetteer's schema and a table ``about``. Countries come from GeoNames' country extracts
(https://download.geonames.org/export/dump/readme.txt: 19 tab-separated columns, UTF-8, no quoting); own places from a CSV.
Reading and building touch no network; :mod:`dateline.downloads` does.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO

from dateline import digests
from dateline.characters import UNSAFE
from dateline.codec import MAX_NAME
from dateline.errors import PackError
from dateline.features import WORDS, is_area
from dateline.files import read_only, replacing, sweep, whole
from dateline.folders import home_folder, private_folder
from dateline.gazetteer import FIRST_OWN_ROW, SCHEMA, Gazetteer, core_file
from dateline.limits import MB
from dateline.names import OFFICIAL_ROMANISATIONS, code_key, fold_key, is_code, other_spellings, usable_alias

MAX_EXTRACT_MB = 900
"""Unpacked, of one country: the largest (the United States) has about 330 MB."""
CITY_FROM = 15_000
"""People. A pack's places do not compete for the names of such cities."""
SEARCH_ONLY = 3
"""The grade of a name by which a person finds a place, and a report does not."""
MAX_RATIO = 60
"""How many times its packed size an extract may have unpacked: GeoNames' have about four."""
MAX_LINE_BYTES = 200_000
MAX_CSV_ROWS = 200_000
MAX_CSV_MB = 100
MAX_POPULATION = 10_000_000_000
LICENCE = "GeoNames (https://www.geonames.org), CC BY 4.0, modified"
_ABOUT = "CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
_COLUMNS = 19
_UNSORTED = "CREATE TEMP TABLE filed(key TEXT, place INTEGER, grade INTEGER);"
_SORTED = "INSERT INTO name SELECT key, place, min(grade) FROM filed GROUP BY key, place ORDER BY key, place"
_SQLITE = b"SQLite format 3\0"
_KEPT_CLASSES = frozenset("PHTLA")
_TOWN = re.compile(r"PPL[AFGLRSTW]?\d?|PPLCH|STLMT")
_NAME = re.compile(r"[A-Za-z0-9][\w .-]{0,39}")
_SHOWN_ALIASES = 5
_FEATURE = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_OLD_PART = re.compile(r"tmp[a-z0-9_]{8}\.part")
"""What older versions left where building broke off."""


@dataclass(frozen=True, slots=True)
class Pack:
    """An installed pack: its file, and what tells a new version from an old one."""

    path: Path
    modified_ns: int

    @property
    def name(self) -> str:
        """The pack's name: ``UA``, or what its user called it."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class About:
    """What a pack says of itself."""

    name: str
    sort: str
    """``country`` or ``own``."""
    places: int
    names: int
    source: str
    licence: str
    made: str
    """Plain date."""
    digest: str
    """SHA-256 of the file it was built from, twelve digits."""
    size_mb: float


def folder() -> Path:
    """Return the folder of the packs."""
    return home_folder() / "packs"


def installed() -> tuple[Pack, ...]:
    """Return the installed packs by name, without those that are damaged. Cheap: it lists one folder, and looks into new files only."""
    return tuple(pack for pack in _listed() if _is_sound(pack))


def damaged() -> tuple[str, ...]:
    """Return the names of files among the packs that are none, or not what was built: they are not asked. To mend one, add it again."""
    return tuple(pack.name for pack in _listed() if not _is_sound(pack))


def verified(path: Path, *, thorough: bool = True) -> bool:
    """Return whether a pack's file is what was built: all of it, or else its size and a few blocks.

    Its digest lies beside it. A pack that an older Dateline built has none, and gets one with its next update: it counts as it is.
    """
    try:
        # whatever name stands there: some systems write letters and capitals of a file's name their own way
        (digest,) = digests.from_json(_digest_file(path).read_bytes()).values()
    except FileNotFoundError:
        return _is_database(path)
    except (OSError, ValueError):
        return False
    return digests.verified(path, digest, thorough=thorough)


def _listed() -> tuple[Pack, ...]:
    found = []
    for path in sorted(folder().glob("*.sqlite")):
        with contextlib.suppress(OSError):  # removed in the meantime
            found.append(Pack(path, path.stat().st_mtime_ns))
    return tuple(found)


def _digest_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _is_sound(pack: Pack) -> bool:
    """Return whether a pack may be asked: what is no database, or another one than was built, must not keep the app from starting."""
    try:
        digest = _digest_file(pack.path)
        return _is_database(pack.path) and _is_as_built(pack, pack.path.stat().st_size, digest.stat().st_mtime_ns if digest.exists() else 0)
    except OSError:
        return False


@lru_cache(maxsize=64)
def _is_as_built(pack: Pack, size: int, digest_ns: int) -> bool:  # noqa: ARG001  # another size or digest is looked at anew
    return verified(pack.path, thorough=False)


def _is_database(path: Path) -> bool:
    """Return whether a file begins like a database: what does not (a copy that broke off) must not keep the app from starting."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def paths(packs: Iterable[Pack]) -> tuple[Path, ...]:
    """Return the files of packs, for :class:`~dateline.gazetteer.Gazetteer`."""
    return tuple(pack.path for pack in packs)


def open_gazetteer(packs: Iterable[Pack] | None = None) -> Gazetteer:
    """Return the core gazetteer with ``packs``, by default all that are installed: the one that screen, commands and reading share.

    Raises:
        DataError: one of the files cannot be read; the message names it.
    """
    return Gazetteer(packs=paths(installed() if packs is None else packs))


def about(pack: Pack) -> About:
    """Return what an installed pack says of itself.

    Raises:
        PackError: its file is no pack.
    """
    try:
        db = read_only(pack.path)
        try:
            said = dict(db.execute("SELECT name, value FROM about"))
        finally:
            db.close()
        size = pack.path.stat().st_size / MB
        return About(
            pack.name,
            said["sort"],
            int(said["places"]),
            int(said["names"]),
            said["source"],
            said["licence"],
            said["made"],
            said["digest"],
            size,
        )
    except (sqlite3.Error, KeyError, ValueError, OSError) as error:
        msg = f"The pack {pack.name!r} cannot be read ({error}). Remove it and add it again."
        raise PackError(msg) from error


def remove(name: str) -> None:
    """Remove the pack called ``name``.

    Raises:
        PackError: there is none.
    """
    for path in folder().glob("*.sqlite"):
        if path.stem.casefold() == name.casefold():
            path.unlink(missing_ok=True)
            _digest_file(path).unlink(missing_ok=True)
            return
    msg = f"There is no pack {name!r}. Installed: {', '.join(p.name for p in installed()) or 'none'}."
    raise PackError(msg)


def add_country(code: str, archive: Path, progress: Callable[[float], None] = lambda _: None) -> About:
    """Build the pack of a country from GeoNames' extract, and return what it brought.

    Args:
        code: ISO 3166-1 alpha-2.
        archive: ``UA.zip`` as downloaded, or the ``UA.txt`` in it.
        progress: told the share done.

    Raises:
        PackError: the file is not such an extract, or of another country.
    """
    code = code.upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        msg = f"{code!r} is not a country code. Give the two letters of ISO 3166-1, as UA or SD."
        raise PackError(msg)
    extract, digest = _opened(code, archive)
    known, towns, cities = _core_names(code)
    towns |= {fold_key(cells[1]) for cells in extract.lines() if cells[6] == "P" and _feature("P", cells[7])}
    rows = (_modest(row, towns, cities) for row in _places(extract, code, known))
    return _build(code, "country", rows, LICENCE, f"GeoNames {archive.name}", digest, progress, archive.stat().st_size // 50)


def add_own(name: str, table: Path, progress: Callable[[float], None] = lambda _: None) -> About:
    """Build a pack of the user's own places from a CSV, and return what it brought.

    Columns: ``name``, ``lat``, ``lon``, and if wanted ``aliases`` (joined by ``|``), ``feature`` (GeoNames code, ``PPL`` where
    empty), ``country``.

    Raises:
        PackError: a column is missing or a row is wrong; the message names row and value. Nothing is kept then.
    """
    if not _NAME.fullmatch(name) or re.fullmatch(r"[A-Za-z]{2}", name):
        msg = f"{name!r} cannot name a pack of your own: take up to 40 letters, digits and spaces, and more than two (these are countries)."
        raise PackError(msg)
    try:
        if (size := table.stat().st_size) > MAX_CSV_MB * MB:  # before reading: never load a huge file to refuse it
            msg = f"{table.name!r} has {size / MB:.0f} MB; the limit is {MAX_CSV_MB} MB. Split it into several packs."
            raise PackError(msg)
        content = table.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:  # the second also where the path is no file's
        no_text = isinstance(error, UnicodeDecodeError)
        why = "it is not UTF-8 text. Save it as CSV, UTF-8" if no_text else f"{getattr(error, 'strerror', None) or error}. Check the path"
        msg = f"{table.name!r} cannot be read: {why}."
        raise PackError(msg) from error
    try:
        rows = list(_own_places(text, table.name, name))
    except csv.Error as error:
        msg = f"{table.name!r} is no table ({error}). Save it as CSV, UTF-8, with commas."
        raise PackError(msg) from error
    if other := next((p.name for p in installed() if p.name.casefold() != name.casefold() and _slug(p.name) == _slug(name)), None):
        msg = f"{name!r} is too much like {other!r}, which is there: their places could not be told apart. Take another name."
        raise PackError(msg)
    if not rows:
        msg = f"{table.name!r} has no rows under its first line. Add the places and try again."
        raise PackError(msg)
    return _build(name, "own", rows, "the user's own", table.name, hashlib.sha256(content).hexdigest()[:12], progress, len(rows))


@dataclass(frozen=True, slots=True)
class _Extract:
    """A country's extract: its lines are read from the file each time, so that no country need fit into memory."""

    archive: Path
    member: str
    """Name of the text in the zip, or "" where the file is the text itself."""

    def lines(self) -> Iterator[list[str]]:
        """Yield the cells of each row; lines that are no rows are passed over.

        Raises:
            PackError: the file is damaged.
        """
        try:
            with contextlib.ExitStack() as stack:
                if self.member:
                    raw: IO[bytes] = stack.enter_context(stack.enter_context(zipfile.ZipFile(self.archive)).open(self.member))
                else:
                    raw = stack.enter_context(self.archive.open("rb"))
                while line := raw.readline(MAX_LINE_BYTES):
                    if line.count(b"\t") == _COLUMNS - 1:
                        yield line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            msg = f"{self.archive.name!r} is damaged or cannot be read ({error}). Get it again."
            raise PackError(msg) from error


def _opened(code: str, archive: Path) -> tuple[_Extract, str]:
    """Return a country's extract and the digest of its file, after a look at what it is."""
    try:
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:12]
        member = _member(code, archive) if zipfile.is_zipfile(archive) else ""
    except (OSError, zipfile.BadZipFile) as error:
        msg = f"{archive.name!r} is damaged or cannot be read ({error}). Get it again."
        raise PackError(msg) from error
    extract = _Extract(archive, member)
    first = next(extract.lines(), None)
    if first is None or not first[0].isdigit():
        msg = f"{archive.name!r} is not a GeoNames extract: it has no rows of {_COLUMNS} columns that begin with a number."
        raise PackError(msg)
    return extract, digest


def _member(code: str, archive: Path) -> str:
    with zipfile.ZipFile(archive) as packed:
        member = next((m for m in packed.infolist() if m.filename.upper() == f"{code}.TXT"), None)
    if member is None:
        msg = f"{archive.name!r} holds no {code}.txt: it is not the extract of {code!r}. Get {code}.zip from GeoNames."
        raise PackError(msg)
    if member.file_size > MAX_EXTRACT_MB * MB or member.file_size > MAX_RATIO * max(1, member.compress_size):
        msg = f"{archive.name!r} unpacks to {member.file_size / MB:.0f} MB, more than any country's extract. Get {code}.zip from GeoNames."
        raise PackError(msg)
    return member.filename


def _core_names(code: str) -> tuple[set[int], set[str], set[str]]:
    """Return what the core gazetteer has of a country.

    Its GeoNames ids (a pack brings none of them again), and as keys the main names of its towns, and all names of its cities and regions.
    """
    db = read_only(core_file(), immutable=True)
    try:
        ids = {row for (row,) in db.execute("SELECT row FROM place WHERE country = ? AND row < ?", (code, FIRST_OWN_ROW))}
        named = "SELECT n.key FROM place p JOIN name n ON n.place = p.row WHERE p.country = ? AND "
        towns = db.execute(f"{named} p.feature IN ('PPL', 'PPLC') AND n.grade = 0", (code,))
        cities = db.execute(f"{named} (p.population >= ? AND p.feature = 'PPL' OR p.feature IN ('PPLC', 'ADM1'))", (code, CITY_FROM))
        return ids, {key for (key,) in towns}, {key for (key,) in cities}
    finally:
        db.close()


def _is_settlement(row: Row) -> bool:
    return str(row[0][3]).startswith("PPL")


def _modest(row: Row, towns: set[str], cities: set[str]) -> Row:
    """Return a row whose claims to names are modest: no place of a pack takes a name from a city, and no brook from a village.

    A report that says Bakhmut means the town, not its brook; one that says Lviv, the city. Such names are for search only (grade 3).
    """
    values, names = row
    village = _is_settlement(row)

    def taken(key: str) -> bool:
        return key in cities or (not village and key in towns)

    return values, [(word, SEARCH_ONLY if taken(fold_key(word)) else grade) for word, grade in names]


Row = tuple[tuple[object, ...], list[tuple[str, int]]]
"""The values of one row of ``place``, and its names with their grades."""


def _places(extract: _Extract, code: str, known: set[int]) -> Iterator[Row]:
    romanise = OFFICIAL_ROMANISATIONS.get(code)
    for cells in extract.lines():
        if cells[6] not in _KEPT_CLASSES and cells[7] not in WORDS:
            continue
        feature = _feature(cells[6], cells[7])
        try:
            number, lat, lon = int(cells[0]), float(cells[4]), float(cells[5])
            population = int(cells[14] or 0)
        except ValueError:
            continue
        if feature is None or number in known or cells[8] != code or not (-90 <= lat <= 90 and -180 <= lon <= 180):
            continue
        # what is no id, number or name of this world is no place either
        if not (
            0 < number < FIRST_OWN_ROW and 0 <= population <= MAX_POPULATION and all(map(_is_name, cells[1:3])) and _is_name(cells[10])
        ):
            continue
        aliases = [a for a in dict.fromkeys(cells[3].split(",")) if usable_alias(a) and _is_name(a)]
        name = cells[1]
        if romanise:
            name = _official(name, aliases, romanise)
        names = [(name, 0), *((a, 1) for a in (cells[1], cells[2], *aliases))]
        if romanise:
            names += [(romanise(a), 2) for a in aliases if "\u0400" <= a[0] < "\u0530"]
        area = is_area(feature)
        yield (
            number, "", name, feature, round(lat * 1e5), round(lon * 1e5), code, cells[10], population, 0,
            "area" if area else "point", "|".join(other_spellings(name, [cells[1], *aliases])[:_SHOWN_ALIASES]), "", "GeoNames",
        ), names  # fmt: skip


def _feature(sort: str, code: str) -> str | None:
    """Return the feature code under which Dateline files a GeoNames row, or None for what it leaves out."""
    if sort == "P":
        if code in ("PPLH", "PPLQ"):
            return "PPLQ"
        return code if code in ("PPLC", "PPLX") else "PPL" if _TOWN.fullmatch(code) else None
    if sort == "A":  # the core has countries and their two levels; smaller units bear their towns' names
        return "ADM2" if code == "ADM2" else None
    return code if code in WORDS or (sort in "HTL" and _FEATURE.fullmatch(code) and not code.startswith("ADM")) else None


def _is_name(text: str) -> bool:
    return len(text) <= MAX_NAME and not UNSAFE.search(text)


def _official(name: str, aliases: Sequence[str], romanise: Callable[[str], str]) -> str:
    """Return a place's name by its country's official romanisation, where that is another spelling of it."""
    for alias in aliases:
        if "\u0400" <= alias[0] < "\u0530" and not set(alias.casefold()) & set("ыэёъ"):
            official = romanise(alias)
            if official != name and fold_key(official) == fold_key(name) and set(alias.casefold()) & set("іїєґ'’"):
                return official
    return name


def _slug(pack: str) -> str:
    """Return a pack's name as the ids of its places have it."""
    return re.sub(r"[^a-z0-9]+", "-", pack.lower()).strip("-")


def _own_places(text: str, file: str, pack: str) -> Iterator[Row]:
    head = text.split("\n", 1)[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    missing = {"name", "lat", "lon"} - {(field or "").strip().lower() for field in table.fieldnames or ()}
    if missing:
        msg = f"{file!r} has no column {sorted(missing)[0]!r}. Its first line must name the columns name, lat, lon and, if wanted, aliases."
        raise PackError(msg)
    slug = _slug(pack)
    for number, raw in enumerate(itertools.islice(table, MAX_CSV_ROWS + 1), start=2):
        if number > MAX_CSV_ROWS + 1:
            msg = f"{file!r} has more than {MAX_CSV_ROWS:,} rows, the limit. Split it into several packs."
            raise PackError(msg)
        row = {(key or "").strip().lower(): (value or "").strip() for key, value in raw.items() if isinstance(value, str | None)}
        aliases = [a.strip() for a in row.get("aliases", "").split("|") if a.strip()]
        _check_cells(row, aliases, f"{file!r}, row {number}")
        name, feature = row["name"], row.get("feature") or "PPL"
        try:
            lat, lon = float(row["lat"]), float(row["lon"])
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise ValueError
        except ValueError:
            msg = f"{file!r}, row {number}: {row['lat']!r}, {row['lon']!r} is no point on earth. Give degrees, as 48.59 and 38.00."
            raise PackError(msg) from None
        if not fold_key(name) or feature not in WORDS:
            what = f"the feature {feature[:40]!r} is unknown" if fold_key(name) else "the name is empty"
            msg = f"{file!r}, row {number}: {what}. Mend the row and add the file again."
            raise PackError(msg)
        yield (
            FIRST_OWN_ROW + number, f"my:{slug}-{number}", name, feature, round(lat * 1e5), round(lon * 1e5),
            row.get("country", "").upper(), "",
            0, 0, "area" if is_area(feature) else "point", "|".join(aliases[:_SHOWN_ALIASES]), "", f"your pack {pack}",
        ), [(name, 0), *((a, 1) for a in aliases)]  # fmt: skip


def _check_cells(row: dict[str, str], aliases: Sequence[str], where: str) -> None:
    """Look at the cells of a row that are taken over as they are.

    Raises:
        PackError: one is too long or holds what no name does; the message begins with ``where`` and names the column.
    """
    for column in ("name", "aliases", "lat", "lon", "feature", "country"):
        if found := UNSAFE.search(row.get(column, "")):
            msg = f"{where}, column {column!r}: there is a control character in it (U+{ord(found[0]):04X}). Take it out and try again."
            raise PackError(msg)
    for column, names in (("name", [row["name"]]), ("aliases", aliases), ("lat", [row["lat"]]), ("lon", [row["lon"]])):
        if longest := next((name for name in names if len(name) > MAX_NAME), ""):
            msg = f"{where}, column {column!r}: {longest[:20]!r} has {len(longest):,} characters; the limit is {MAX_NAME}. Shorten it."
            raise PackError(msg)
    if not re.fullmatch(r"(?:[A-Za-z]{2})?", row.get("country", "")):
        msg = (
            f"{where}, column 'country': {row['country'][:40]!r} is not a country code. Give the two letters of ISO 3166-1, as UA, or none."
        )
        raise PackError(msg)


def _build(
    name: str, sort: str, rows: Iterable[Row], licence: str, source: str, digest: str, progress: Callable[[float], None], expected: int
) -> About:
    """Write the pack beside its place and move it there: a pack is whole or not there."""
    where = private_folder(folder())
    sweep(where, _OLD_PART)
    target = where / f"{name}.sqlite"
    try:
        with replacing(target, 0o600) as temporary:
            db = sqlite3.connect(temporary)
            try:
                _fill(db, sort, rows, licence, source, digest, progress, expected)
            finally:
                db.close()
            with temporary.open("rb") as file:
                built = digests.file_digest(file, blocks=True)
            # in this order: stopped in between, there is a pack without a digest, and none with another's
            _digest_file(target).unlink(missing_ok=True)
        with whole(_digest_file(target), 0o600) as file:
            file.write(digests.to_json({target.name: built}).encode("ascii"))
    except (sqlite3.Error, OSError) as error:
        msg = f"The pack {name!r} could not be written to {str(where)!r}: {error}. Make room there and try again."
        raise PackError(msg) from error
    progress(1.0)
    return about(Pack(target, target.stat().st_mtime_ns))


def _fill(
    db: sqlite3.Connection, sort: str, rows: Iterable[Row], licence: str, source: str, digest: str, progress: Callable[[float], None],
    expected: int,
) -> None:  # fmt: skip
    """Write the tables of a pack into an empty database."""
    db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA + _ABOUT + _UNSORTED)
    places = 0
    for values, called in rows:
        db.execute(f"INSERT OR REPLACE INTO place VALUES({','.join('?' * len(values))})", values)
        keyed = ((code_key(word) if is_code(word) else fold_key(word), values[0], grade) for word, grade in called)
        db.executemany("INSERT INTO filed VALUES(?,?,?)", [entry for entry in keyed if len(entry[0]) > 1])
        places += 1
        if places % 2_000 == 0:
            progress(min(0.9, 0.9 * places / max(1, expected)))
    db.execute(_SORTED)  # in the order of the index: filed one by one they take twice as long
    names = db.execute("SELECT count(*) FROM name").fetchone()[0]
    made = datetime.now(UTC).date().isoformat()
    facts = {"sort": sort, "places": places, "names": names, "source": source, "licence": licence, "made": made, "digest": digest}
    db.executemany("INSERT INTO about VALUES(?,?)", [(key, str(value)) for key, value in facts.items()])
    db.commit()
