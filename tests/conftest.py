"""What the tests share: the engine, loaded once, and the seeds with their marked answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dateline import Gazetteer, ReadArticle, Reader, Workshop, load_reader, open_report, read

ROOT = Path(__file__).resolve().parents[1]
SEEDS = sorted((ROOT / "seeds").glob("*.md"))

# A loaded machine is slow, not wrong: Hypothesis's own deadline of 200 ms would fail right code.
settings.register_profile("dateline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dateline")


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory) -> Iterator[None]:
    """No test sees or touches the library and the packs of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATELINE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty home of this test's own."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    shop = Workshop()
    yield shop
    shop.close()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader(())


@pytest.fixture(scope="session")
def gazetteer(reader: Reader) -> Gazetteer:
    return reader.gazetteer


@pytest.fixture(scope="session")
def bakhmut(reader: Reader) -> ReadArticle:
    return read(open_report(ROOT / "seeds" / "bakhmut-2023-03-07.md"), reader)
