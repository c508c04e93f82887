"""The reliability plot of the docs: of the places called so sure, how many are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[2] / "docs" / "reliability.svg"
BINS = 10
SIDE, LEFT, TOP = 320, 56, 24


def ece(p: np.ndarray, y: np.ndarray, bins: int = BINS) -> float:
    """Return the expected calibration error: mean distance of confidence and accuracy over equal bins (Guo et al. 2017)."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    return float(sum(abs(p[which == b].mean() - y[which == b].mean()) * (which == b).mean() for b in range(bins) if (which == b).any()))


def draw(p: np.ndarray, y: np.ndarray, path: Path = OUT) -> None:
    """Write the plot as SVG: a dot a bin, its area by the number of mentions; the diagonal is perfect calibration."""

    def at(x: float, v: float) -> tuple[float, float]:
        return LEFT + x * SIDE, TOP + (1 - v) * SIDE

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + SIDE + 24}" height="{TOP + SIDE + 56}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#bbb"/>',
        f'<line x1="{LEFT}" y1="{TOP + SIDE}" x2="{LEFT + SIDE}" y2="{TOP}" stroke="#bbb" stroke-dasharray="4 4"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, v = at(tick, tick)
        parts.append(f'<text x="{x}" y="{TOP + SIDE + 18}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{LEFT - 8}" y="{v + 4}" text-anchor="end">{tick:g}</text>')
    which = np.minimum((p * BINS).astype(int), BINS - 1)
    for b in range(BINS):
        inside = which == b
        if inside.any():
            x, v = at(float(p[inside].mean()), float(y[inside].mean()))
            parts.append(
                f'<circle cx="{x:.1f}" cy="{v:.1f}" r="{3 + 14 * np.sqrt(inside.mean()):.1f}" fill="#1d6fb8" fill-opacity="0.75"/>'
            )
            parts.append(f'<text x="{x:.1f}" y="{v - 10:.1f}" text-anchor="end" fill="#333">{int(inside.sum())}</text>')
    parts.append(f'<text x="{LEFT + SIDE / 2}" y="{TOP + SIDE + 40}" text-anchor="middle">confidence</text>')
    parts.append(
        f'<text x="16" y="{TOP + SIDE / 2}" text-anchor="middle" transform="rotate(-90 16 {TOP + SIDE / 2})">share right (within 161 km)</text>'
    )
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")
