"""The words that everything else is said with: labels of mentions and of names."""

from __future__ import annotations

REFERENCES = ("literal", "modifier", "metonym", "demonym", "embedded", "not_a_place")
"""How a name is used: the taxonomy of the *Pragmatic Guide to Geoparsing Evaluation* (Gritta, Pilehvar and Collier 2020), folded to six."""
NAME_TYPES = ("place", "person", "organisation", "other")
"""What a name names. An armed group is an organisation; a weapon, a disease, an abbreviation is other."""
