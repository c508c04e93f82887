"""Gazetteer packs: a country's villages and one's own places, built whole or not at all."""

from __future__ import annotations

import functools
import http.server
import io
import random
import re
import threading
import zipfile
from pathlib import Path

import pytest

from dateline import Article, Gazetteer, PackError, Workshop, distance_km, load_reader, packs, read
from dateline.__main__ import main
from dateline.downloads import country_extract
from tests.villages import REPORT, VILLAGES

UA = Path(__file__).resolve().parents[2] / "shared" / "geonames" / "UA.zip"
BAKHMUT = (48.59, 38.0)
OWN = "name,lat,lon,aliases\nChecklpoint Kilo,48.6,38.1,Kilo|КПП Кіло\n=cmd(),1,2,\n"


def row(number, name, lat, lon, *, sort="P", feature="PPL", aliases="", country="UA", population=0):
    return "\t".join(
        map(
            str,
            (
                number,
                name,
                name,
                aliases,
                lat,
                lon,
                sort,
                feature,
                country,
                "",
                "05",
                "",
                "",
                "",
                population,
                "",
                100,
                "Europe/Kyiv",
                "2024-01-01",
            ),
        )
    )


ROWS = [
    row(90_000_001, "Qorvexhilamo", 48.5, 37.9, aliases="Qorvex,Корвекс"), row(90_000_002, "Qorvexhilamo", 50.0, 30.0),
    row(90_000_003, "Qorvexhilamo", 48.5, 37.8, sort="H", feature="STM"), row(90_000_004, "Lake Tevrun", 48.4, 37.7, sort="H", feature="LK"),
    row(90_000_005, "Elsewhere", 10, 10, country="PL"), row(90_000_006, "Off the Earth", 148.5, 37.9), row(703448, "Kyiv", 50.45, 30.52), row(90_000_007, "Lviv", 47.9, 33.6),
    "not\ta\trow",
]  # fmt: skip


def extract(path, lines=ROWS, member="UA.txt"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, "\n".join(lines) + "\n")
        archive.writestr("readme.txt", random.Random(1).randbytes(400_000))
    return path


def opened():
    return Gazetteer(packs=packs.paths(packs.installed()))


def test_a_country_pack_brings_its_villages_and_nothing_twice(home, tmp_path):
    about = packs.add_country("ua", extract(tmp_path / "UA.zip"))
    assert (about.name, about.places, about.sort) == ("UA", 5, "country")
    gazetteer = opened()
    assert {c.place.id for c in gazetteer.candidates("Qorvexhilamo")} == {"gn:90000001", "gn:90000002"}, "the brook stays out"
    assert "gn:90000003" in {c.place.id for c in gazetteer.starting("Qorvexhilamo")}, "a person who searches finds it"
    assert {c.place.id for c in gazetteer.candidates("Lviv")} == {c.place.id for c in Gazetteer().candidates("Lviv")}, (
        "a village takes no city's name"
    )
    assert gazetteer.candidates("Корвекс")[0].place.name == "Qorvexhilamo"
    assert gazetteer.candidates("Lake Tevrun")[0].place.feature == "LK"
    assert not gazetteer.candidates("Elsewhere in no core gazetteer")
    assert [c.place.id for c in gazetteer.candidates("Kyiv")].count("gn:703448") == 1
    assert gazetteer.place("gn:90000001").lat == 48.5
    assert gazetteer.known(["qorvexhilamo"])["qorvexhilamo"].count == 2
    assert "UA" in gazetteer.version


def test_packs_are_listed_removed_and_made_anew(home, tmp_path, capsys):
    archive = str(extract(tmp_path / "UA.zip"))
    assert main(["gazetteer", "add", "UA", "--file", archive]) == 0
    assert "5 places" in capsys.readouterr().out
    assert main(["gazetteer", "list"]) == 0
    assert "CC BY 4.0" in capsys.readouterr().out
    extract(tmp_path / "UA.zip", ROWS[:1])
    assert main(["gazetteer", "update", "UA", "--file", archive]) == 0
    assert "1 place" in capsys.readouterr().out
    assert main(["gazetteer", "remove", "ua"]) == 0
    assert not packs.installed()
    assert main(["gazetteer", "remove", "UA"]) == 1
    assert "no pack 'UA'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "build", "says"),
    [
        ("UA", lambda p: p.write_bytes(b"PK\x03\x04 torn"), "not a GeoNames extract"),
        ("UA", lambda p: p.write_text("a,b,c\n1,2,3\n", encoding="utf-8"), "columns"),
        ("UA", lambda p: extract(p, [*ROWS, "\n" * 9_000_000]), "more than any country"),
        ("SD", lambda p: extract(p), r"no SD\.txt"), ("Ukraine", lambda p: extract(p), "two letters"), ("../x", lambda p: extract(p), "two letters"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_and_leaves_nothing(home, tmp_path, code, build, says):
    build(tmp_path / "x.zip")
    with pytest.raises(PackError, match=says):
        packs.add_country(code, tmp_path / "x.zip")
    assert not packs.installed()
    assert not list(packs.folder().glob("*.part")) if packs.folder().exists() else True


def test_a_damaged_pack_is_named_with_what_to_do(home, tmp_path):
    packs.add_country("UA", extract(tmp_path / "UA.zip"))
    (pack,) = packs.installed()
    pack.path.write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    with pytest.raises(PackError, match=r"'UA'.*again"):
        packs.about(pack)


def test_own_places_are_a_pack(home, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("\ufeff" + OWN, encoding="utf-8")
    about = packs.add_own("field notes", table)
    assert (about.sort, about.places) == ("own", 2)
    (candidate,) = opened().candidates("КПП Кіло")
    assert (candidate.place.name, candidate.place.lat, candidate.place.source) == ("Checklpoint Kilo", 48.6, "your pack field notes")
    assert candidate.place.id.startswith("my:field-notes-")
    assert opened().place(candidate.place.id) == candidate.place


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("place,lat,lon\nA,1,2\n", "no column 'name'"), ("name,lat,lon\nTown,91,2\n", r"row 2: '91'"), ("name,lat,lon\nTown,,\n", "no point on earth"),
        ("name,lat,lon\nTown,nan,2\n", "no point on earth"), ("name,lat,lon\n,1,2\n", "name is empty"), ("name,lat,lon,feature\nTown,1,2,CITY\n", "'CITY'"),
        ("", "no column"),
    ],
)  # fmt: skip
def test_a_wrong_table_of_places_says_which_row(home, tmp_path, text, says):
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=says):
        packs.add_own("mine", tmp_path / "mine.csv")
    assert not packs.installed()


def test_a_reading_says_which_packs_it_used(home, tmp_path):
    workshop = Workshop()
    article = Article("x", "x", "Troops left Qorvexhilamo near Bakhmut on Monday. Shelling hit Qorvexhilamo.")
    _, before = workshop.read(article)
    packs.add_country("UA", extract(tmp_path / "UA.zip"))
    done, after = workshop.read(article)
    assert done.article == article
    assert before != after
    assert "UA" in after
    workshop.close()


class _Mirror(http.server.BaseHTTPRequestHandler):
    """A server of extracts that breaks off halfway the first time, and can resume."""

    def do_GET(self):
        self.server.asked.append(self.headers.get("Range"))
        content = self.server.content
        if not self.path.endswith("/UA.zip"):
            self.send_error(404)
            return
        same = self.headers.get("If-Range") == f'"{len(content)}"'
        start = int(re.match(r"bytes=(\d+)-", self.headers.get("Range") if same else "bytes=0-")[1])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", f'"{len(content)}"')
        self.end_headers()
        stop = len(content) if start or not self.server.breaks else len(content) // 2
        self.wfile.write(content[start:stop])
        self.close_connection = True

    def log_message(self, *_):
        return


@pytest.fixture
def geonames(monkeypatch, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Mirror)
    server.asked, server.breaks = [], True
    content = io.BytesIO()
    extract(content)
    server.content = content.getvalue()
    threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.05), daemon=True).start()
    monkeypatch.setenv("DATELINE_GEONAMES", f"http://127.0.0.1:{server.server_address[1]}/export/dump")
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    core = Gazetteer()  # unpacked in the cache of before
    core_file = Path(core._db.execute("PRAGMA database_list").fetchone()[2])
    monkeypatch.setenv("DATELINE_GAZETTEER", str(core_file))
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()


def test_a_broken_download_is_gone_on_with(geonames, capsys):
    told: list[float] = []
    archive = country_extract("UA", told.append)
    assert archive.read_bytes() == geonames.content
    assert geonames.asked[0] is None
    assert re.fullmatch(r"bytes=[1-9]\d{4,}-", geonames.asked[-1]), geonames.asked
    assert told == sorted(told)
    assert main(["gazetteer", "add", "UA"]) == 0
    assert "5 places" in capsys.readouterr().out


def test_a_mirror_without_the_country_or_without_a_zip_is_a_clear_message(geonames):
    with pytest.raises(PackError, match="country code"):
        country_extract("ZZ")
    geonames.content, geonames.breaks = b"<html>please log in</html>" * 40, False
    with pytest.raises(PackError, match="not a whole zip"):
        country_extract("UA")
    geonames.shutdown()
    geonames.server_close()
    with pytest.raises(PackError, match=r"--file UA\.zip"):
        country_extract("UA")


@pytest.mark.skipif(not UA.exists(), reason="GeoNames' extract of Ukraine does not lie beside the project")
def test_thirty_villages_of_the_front_resolve_near_bakhmut(home):
    packs.add_country("UA", UA)
    done = read(Article("v", "v", REPORT), load_reader(packs.paths(packs.installed())))
    found = {r.mention.text: r.choice.place for r in done.readings if r.choice.place}
    assert len(VILLAGES) == 30
    assert not VILLAGES.keys() - found.keys()
    assert all(distance_km(*BAKHMUT, found[name].lat, found[name].lon) < 40 for name in VILLAGES)
    # of the two Zaitseves both lie at the front: either may be meant
    away = {name: distance_km(*point, found[name].lat, found[name].lon) for name, point in VILLAGES.items() if name != "Zaitseve"}
    assert max(away.values()) < 5, away
    assert found["Bakhmut"].id == "gn:713174"
