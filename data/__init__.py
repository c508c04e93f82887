"""Reference data, and in `data.build` what rebuilds it."""
