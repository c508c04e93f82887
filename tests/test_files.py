"""Files: whole or not at all, private where they name sources, and nothing left lying about."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time

import pytest

from dateline import Library
from dateline.__main__ import main
from dateline.files import DAY_S, replacing, sweep, whole
from dateline.folders import private_folder
from dateline.intake.draft import Draft
from tests.conftest import ROOT

posix = pytest.mark.skipif(os.name != "posix", reason="permissions and pipes of POSIX")


def mode_of(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def aged(path, days):
    then = time.time() - days * DAY_S
    os.utime(path, (then, then))
    return path


class StopError(Exception):
    """What goes wrong in the middle."""


def broken(target, error):
    with whole(target) as file:
        file.write(b"half of ")
        file.flush()
        raise error


@pytest.mark.parametrize("error", [StopError, KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("old", [None, b"as it was"])
def test_a_file_that_broke_off_leaves_what_was_there(tmp_path, error, old):
    target = tmp_path / "out.jsonl"
    if old is not None:
        target.write_bytes(old)
    with pytest.raises(error):
        broken(target, error)
    assert (target.read_bytes() if target.exists() else None) == old
    assert names(tmp_path) == ([target.name] if old is not None else [])


def test_a_process_killed_in_the_middle_leaves_no_half_file(tmp_path):
    code = "import os, sys; from pathlib import Path; from dateline.files import whole\nwith whole(Path(sys.argv[1])) as f: f.write(b'half'); f.flush(); os._exit(9)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], cwd=ROOT, check=False)
    (left,) = tmp_path.iterdir()
    assert left.name != "out"
    with whole(aged(left, 2).with_name("out")) as file:
        file.write(b"all")
    assert names(tmp_path) == ["out"], "and the next writer sweeps up what it left"


@posix
def test_permissions_are_kept_and_new_files_have_the_usual_ones(tmp_path):
    mask = os.umask(0o027)
    try:
        for name, mode in (("usual", None), ("private", 0o600)):
            with whole(tmp_path / name, mode) as file:
                file.write(b"x")
    finally:
        os.umask(mask)
    assert [mode_of(tmp_path / name) for name in ("usual", "private")] == [0o640, 0o600]
    (tmp_path / "usual").chmod(0o604)
    with whole(tmp_path / "usual", 0o600) as file:
        assert mode_of(next(tmp_path.glob(".dateline-*"))) == 0o600, "nobody reads along while it is written"
        file.write(b"y")
    assert mode_of(tmp_path / "usual") == 0o604


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write all")
def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path):
    (tmp_path / "out").write_bytes(b"old")
    (tmp_path / "out").chmod(0o400)
    with pytest.raises(PermissionError), whole(tmp_path / "out"):
        pass
    assert (tmp_path / "out").read_bytes() == b"old"
    assert names(tmp_path) == ["out"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
def test_root_leaves_a_file_to_its_owner(tmp_path):
    (tmp_path / "out").write_bytes(b"old")
    os.chown(tmp_path / "out", 4711, 4712)
    with whole(tmp_path / "out") as file:
        file.write(b"new")
    found = (tmp_path / "out").stat()
    assert (found.st_uid, found.st_gid) == (4711, 4712)


@posix
def test_a_link_leads_to_its_file_and_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with whole(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@posix
def test_a_pipe_and_a_device_are_written_straight(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with whole(tmp_path / "pipe") as file:
        file.write(b"straight")
    assert os.read(reader, 99) == b"straight"
    os.close(reader)
    assert names(tmp_path) == ["pipe"]
    code = (
        "from pathlib import Path; from dateline.files import whole\nwith whole(Path('/dev/stdout')) as f: f.write(b'out')\nprint('more')"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout == b"outmore\n"
    with (tmp_path / "out").open("ab") as file:
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=file, check=True)
    assert b"more" in (tmp_path / "out").read_bytes(), "what goes to the same file afterwards is not lost"
    assert names(tmp_path) == ["out", "pipe"]


def test_a_long_name_is_no_obstacle(tmp_path):
    target = tmp_path / ("n" * 250 + ".csv")
    with whole(target) as file:
        file.write(b"x")
    assert target.read_bytes() == b"x"


def test_an_error_names_the_file_that_was_asked_for(tmp_path, capsys):
    with pytest.raises(FileNotFoundError) as refusal, whole(tmp_path / "no" / "x"):
        pass
    assert refusal.value.filename == str(tmp_path / "no" / "x")
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert main(["read", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "no" / "out.jsonl")]) == 1
    said = capsys.readouterr().err
    assert "out.jsonl" in said
    assert "dateline-" not in said


def test_a_folder_as_target_is_an_error_and_stays(tmp_path):
    with pytest.raises(OSError, match="directory"), whole(tmp_path):
        pass
    with pytest.raises(OSError, match="No such file"), replacing(tmp_path / "no" / "x"):
        pass
    assert names(tmp_path) == []


def test_only_old_files_of_ours_are_swept(tmp_path):
    ours, young = tmp_path / f".dateline-{'0' * 16}.part", tmp_path / f".dateline-{'1' * 16}.part"
    others = [tmp_path / name for name in (".dateline-notes.part", "film.mkv.part", f"{ours.name}.bak", f"x{ours.name}", "tmp.part")]
    for path in (ours, young, *others):
        path.write_bytes(b"x")
        aged(path, 2)
    aged(young, 0.5)
    sweep(tmp_path)
    assert names(tmp_path) == sorted(path.name for path in (young, *others))
    sweep(tmp_path, re.compile(r"tmp\.part"), 3 * DAY_S)
    assert (tmp_path / "tmp.part").exists()
    sweep(tmp_path / "none")


@pytest.fixture
def old_home(home):
    """A home as an older Dateline, or a person with ``mkdir``, made it: everybody reads it."""
    (home / "packs").mkdir(parents=True)
    for name in ("library.sqlite", "library.sqlite-wal", "library.sqlite-shm", "library-2026-01-01.sqlite", "packs/UA.sqlite", "notes.txt"):
        (home / name).write_bytes(b"")
        (home / name).chmod(0o644)
    for folder in (home, home / "packs"):
        folder.chmod(0o755)
    return home


OURS = ("library.sqlite", "library.sqlite-wal", "library.sqlite-shm", "library-2026-01-01.sqlite", "packs/UA.sqlite")


@posix
def test_an_older_home_is_closed_to_others(old_home):
    assert private_folder(old_home) == old_home
    assert mode_of(old_home) == 0o700
    assert {name: mode_of(old_home / name) for name in OURS} == dict.fromkeys(OURS, 0o600)
    assert mode_of(old_home / "notes.txt") == 0o644, "what is not ours is not touched"
    private_folder(old_home / "packs")
    assert mode_of(old_home / "packs") == 0o700


@posix
def test_opening_the_library_closes_an_older_home(home):
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    Library().reports.add(Draft("Troops left Bakhmut.", "t"), "pasted")
    (home / "library.sqlite").chmod(0o644)
    Library()
    assert mode_of(home) == 0o700
    assert mode_of(home / "library.sqlite") == 0o600


@posix
@pytest.mark.parametrize("where", ["home", "above", "sticky"])
def test_a_folder_that_is_not_ours_alone_stays_open_and_our_files_do_not(old_home, monkeypatch, where):
    if where == "sticky":
        old_home.chmod(0o1777)
    else:
        monkeypatch.setenv("HOME", str(old_home if where == "home" else old_home / "me"))
    before = mode_of(old_home)
    private_folder(old_home)
    assert mode_of(old_home) == before
    assert {name: mode_of(old_home / name) for name in OURS} == dict.fromkeys(OURS, 0o600)


@posix
def test_a_link_out_of_the_home_and_a_folder_elsewhere_are_left_alone(home, tmp_path):
    home.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    (elsewhere / "file").write_bytes(b"")
    (elsewhere / "file").chmod(0o644)
    (home / "library.sqlite").symlink_to(elsewhere / "file")
    private_folder(home)
    private_folder(elsewhere)
    assert (mode_of(elsewhere / "file"), mode_of(elsewhere)) == (0o644, 0o755)


@posix
def test_the_home_is_private_also_where_a_pack_comes_first(home):
    private_folder(home / "packs")
    assert (mode_of(home), mode_of(home / "packs")) == (0o700, 0o700)
