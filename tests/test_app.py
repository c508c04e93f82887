"""The screen without a browser: it opens, filters, and survives what a folder can hold."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT

APP = str(ROOT / "app.py")


@pytest.fixture
def opened(tmp_path, monkeypatch, home):
    def run(name: str = "", content: bytes = b"") -> AppTest:
        if name:
            (tmp_path / "in").mkdir()
            (tmp_path / "in" / name).write_bytes(content)
            monkeypatch.setenv("DATELINE_REPORTS", str(tmp_path / "in"))
        else:
            monkeypatch.delenv("DATELINE_REPORTS", raising=False)
        return AppTest.from_file(APP, default_timeout=60).run()

    return run


def test_it_opens_with_the_seed_report(opened):
    app = opened()
    assert not app.exception
    assert app.selectbox(key="report_choice").value == "bakhmut-2023-03-07"
    assert len(app.dataframe[0].value) > 10


def test_filtering_changes_the_tables(opened):
    app = opened()
    everything = len(app.dataframe[1].value)
    app.button_group(key="kinds").set_value(["Fighting"]).run()
    assert not app.exception
    assert 0 < len(app.dataframe[1].value) < everything
    assert set(app.dataframe[1].value["kind"]) == {"fighting"}
    app.button(key="clear").click().run()
    assert len(app.dataframe[1].value) == everything


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"Kyiv said no. " * 100_000])
def test_a_refused_report_is_a_message_not_a_traceback(opened, content):
    app = opened("bad.txt", content)
    assert not app.exception
    assert "bad" in app.error[0].value


def test_a_report_without_places_says_so_and_is_shown(opened):
    app = opened("calm.txt", b"He slept badly and said nothing about it.")
    assert not app.exception
    assert "No place names" in app.info[0].value
