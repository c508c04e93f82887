"""Reading place names: one encoder run over the report, and the heads that find, type and doubt."""
