"""Words: cutting a text into the pieces that the reading network looks at.

The pieces follow the habits of the tokenizer that the network's first layers were trained with: a possessive
``'s``, a hyphen and a mark of punctuation stand alone, an abbreviation keeps its full stops (*U.S.*, *Calif.*).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|Gen|Col|Maj|Lt|Capt|Sgt|Sen|Rep|Gov|Pres|Adm|Brig|Cmdr|Rev|Hon|St|Ste|Mt|Ft|Pt|Jr|Sr|No|vs|Inc|Corp|Co|Ltd|Bros|Dept|Univ|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|Ala|Ariz|Ark|Calif|Cal|Colo|Conn|Del|Fla|Ga|Ia|Ill|Ind|Kan|Kans|Ky|La|Md|Mass|Mich|Minn|"
    "Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Penn|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|Ont|Alta|Sask|Que|Nfld|Ave|Blvd|Rd|approx|etc"
)
_LETTER = r"[^\W\d_](?:[\u0300-\u036f])*"
_WORD = re.compile(
    rf"(?:[^\W\d_]\.){{2,}}"  # U.S.
    rf"|\b(?:{_ABBREVIATIONS})\."
    r"|['’ʼ][sS]\b"
    rf"|{_LETTER}(?:[^\W_]|[\u0300-\u036f])*(?:['’ʼ‘`´](?![sS]\b)(?:{_LETTER})+)*"
    r"|\d+(?:[.,:]\d+)*"
    r"|\n[\s]*"
    r"|\.{2,}|-{2,}"
    r"|([^\w\s])\1{3,}"  # a ruler of signs is one piece: four hundred thousand quotation marks say no more than four
    r"|[^\s]"
)
MAX_WORD = 60
"""A longer run of letters is no word; only this much of it is looked at."""


@dataclass(frozen=True, slots=True)
class Words:
    """The pieces of a text: their offsets (code points, end-exclusive) and surface forms, in order."""

    starts: list[int]
    ends: list[int]
    forms: list[str]

    def __len__(self) -> int:
        return len(self.forms)


def words(text: str) -> Words:
    """Return the pieces of ``text``. Spaces are no piece, line ends are one (``"\\n"``)."""
    starts: list[int] = []
    ends: list[int] = []
    forms: list[str] = []
    for match in _WORD.finditer(text):
        form = match[0]
        if form[0] == "\n":
            form = "\n"
        starts.append(match.start())
        ends.append(match.end())
        forms.append(form[:MAX_WORD])
    return Words(starts, ends, forms)
