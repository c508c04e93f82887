"""Gazetteer packs: a country's villages and one's own places, built whole or not at all."""

from __future__ import annotations

import functools
import http.server
import io
import os
import random
import re
import threading
import time
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
        (f"name,lat,lon\n{'N' * 5_000},1,2\n", r"row 2, column 'name': 'NNNNN.*5,000 characters"), (f"name,lat,lon\nTown,{'1' * 300},2\n", "column 'lat'"),
        (f"name,lat,lon,aliases\nTown,1,2,T|{'N' * 201}\n", "column 'aliases'.*201"), ("name,lat,lon\nA,1,2\nTo\x1b]0;wn,1,2\n", r"row 3, column 'name'.*U\+001B"),
        ("name,lat,lon,aliases\nTown,1,2,a|b\u202ec\n", r"column 'aliases'.*U\+202E"), ('name,lat,lon\n"To\nwn",1,2\n', r"column 'name'.*U\+000A"),
        ("name,lat,lon,country\nTown,1,2,Ukraine\n", "'Ukraine' is not a country code"), ("name,lat,lon,feature\nTown,1,2,PP\x00L\n", r"U\+0000"),
    ],
)  # fmt: skip
def test_a_wrong_table_of_places_says_which_row(home, tmp_path, text, says):
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=says):
        packs.add_own("mine", tmp_path / "mine.csv")
    assert not packs.installed()


def test_a_huge_table_is_refused_before_it_is_read(home, tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text(OWN, encoding="utf-8")
    monkeypatch.setattr(packs, "MAX_CSV_MB", 0)
    with pytest.raises(PackError, match=r"mine\.csv.*limit"):
        packs.add_own("mine", tmp_path / "mine.csv")


def test_lone_surrogates_in_a_table_are_refused(home, tmp_path):
    (tmp_path / "mine.csv").write_bytes("name,lat,lon\nTo\ud800wn,1,2\n".encode("utf-8", "surrogatepass"))
    with pytest.raises(PackError, match=r"mine\.csv.*UTF-8"):
        packs.add_own("mine", tmp_path / "mine.csv")


def test_rows_of_an_extract_that_name_nothing_are_passed_over(home, tmp_path):
    bad = [
        row(90_000_101, "N" * 5_000, 48.5, 37.9), row(90_000_102, "To\x1b]0;wn", 48.5, 37.9), row(90_000_103, "To\u202ewn", 48.5, 37.9),
        row(10**30, "Hugeid", 48.5, 37.9), row(2_000_000_001, "Notgeonames", 48.5, 37.9), row(-5, "Negative", 48.5, 37.9), row(90_000_104, "Crowded", 48.5, 37.9, population=10**30),
        row(90_000_105, "Nobody", 48.5, 37.9, population=-1), row(90_000_106, "Strange", 48.5, 37.9, sort="H", feature="X" * 5_000),
    ]  # fmt: skip
    good = row(90_000_107, "Goodtown", 48.5, 37.9, aliases=f"Fine,{'N' * 5_000},Ba\x1bd")
    (tmp_path / "UA.txt").write_text("\n".join([ROWS[0], *bad, good]), encoding="utf-8")
    about = packs.add_country("UA", tmp_path / "UA.txt")
    assert about.places == 2
    (candidate,) = opened().candidates("Goodtown")
    assert candidate.place.aliases == ("Fine",)
    assert opened().candidates("Fine")


@pytest.fixture
def built(home, tmp_path):
    packs.add_country("UA", extract(tmp_path / "UA.zip"))
    (pack,) = packs.installed()
    return pack.path


def turned(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 0x80
    path.write_bytes(content)


def test_a_pack_that_changed_is_not_asked_and_is_listed_as_damaged(built, capsys, tmp_path):
    turned(built, 60)
    assert not packs.installed()
    assert packs.damaged() == ("UA",)
    assert not opened().candidates("Qorvexhilamo")
    assert main(["gazetteer", "list"]) == 0
    assert re.search(r"'UA' is damaged.*Add it again", capsys.readouterr().err)
    assert main(["gazetteer", "update", "UA", "--file", str(tmp_path / "UA.zip")]) == 0
    assert not packs.damaged()
    assert opened().candidates("Qorvexhilamo")


def test_one_bit_of_a_pack_is_told_by_the_thorough_way(built):
    assert packs.verified(built)
    turned(built, built.stat().st_size - 9)
    assert not packs.verified(built)


@pytest.mark.parametrize("harm", ["cut short", "no digest", "none in it", "another's digest"])
def test_a_pack_whose_digest_does_not_fit_is_damaged(built, harm):
    digest = built.with_name("UA.sqlite.json")
    if harm == "cut short":
        built.write_bytes(built.read_bytes()[:-1])
    else:
        text = {
            "no digest": "{",
            "none in it": "{}",
            "another's digest": re.sub('"size": [0-9]+', '"size": 7', digest.read_text(encoding="ascii")),
        }
        digest.write_text(text[harm], encoding="ascii")
    assert packs.damaged() == ("UA",)
    packs.remove("UA")
    assert not list(packs.folder().iterdir())


def test_a_pack_of_an_older_home_goes_on_working_and_gets_a_digest(built, tmp_path):
    built.with_name("UA.sqlite.json").unlink()
    assert [pack.name for pack in packs.installed()] == ["UA"]
    assert packs.verified(built)
    packs.add_country("UA", extract(tmp_path / "UA.zip"))
    assert built.with_name("UA.sqlite.json").exists()
    assert packs.verified(built)


def test_what_building_left_behind_is_swept(built, tmp_path):
    ours = [built.with_name(name) for name in ("tmpab12_xyz.part", f".dateline-{'a' * 16}.part")]
    young = built.with_name("tmpyoung123.part")
    for path in (*ours, young, built.with_name("mine.txt")):
        path.write_bytes(b"x")
        if path != young:
            os.utime(path, (1, 1))
    packs.add_country("UA", extract(tmp_path / "UA.zip"))
    assert sorted(p.name for p in packs.folder().iterdir()) == ["UA.sqlite", "UA.sqlite.json", "mine.txt", "tmpyoung123.part"]


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


def test_a_download_that_broke_off_is_kept_for_a_week_and_no_longer(geonames, tmp_path):
    folder = tmp_path / "cache" / "downloads"
    folder.mkdir(parents=True)
    for name, days in (("SD", 8), ("PL", 6)):
        for path in (folder / f"{name}.zip.part", folder / f"{name}.zip.part.state"):
            path.write_bytes(b"x")
            os.utime(path, (time.time() - days * 86_400,) * 2)
    country_extract("UA")
    assert sorted(path.name for path in folder.iterdir()) == ["PL.zip.part", "PL.zip.part.state", "UA.zip"]


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
