"""The formats that reports come in, by the endings of their names. What a file is, its bytes decide (:mod:`dateline.intake.extraction`)."""

from __future__ import annotations

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".eml")
