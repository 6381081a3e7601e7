# Every target works on a fresh clone: each makes what it needs.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
BIN := .venv/bin
PORT ?= 8000
export PORT

PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup

.PHONY: help demo run test test-fast test-services coverage bench check format clean

help:
	@echo "make demo    the site and a stand-in for Asana, nothing to set up (PORT=8000)"
	@echo "make run     the site against real Asana, from .env (PORT=8000)"
	@echo "make test    the whole test suite, browser tests included, on SQLite"
	@echo "make test-fast       what tests the site without a browser and programs of its own, on SQLite"
	@echo "make test-services   what could turn out differently there, on PostgreSQL and Redis"
	@echo "make coverage        the whole suite, and which lines and branches it leaves out"
	@echo "make bench   measure pages, syncs and what a browser fetches: docs/performance.md"
	@echo "make check   lint, format, types, migrations, Django's deployment checks"
	@echo "make format  put code and templates in order"

demo: .venv/demo
	@$(BIN)/python -m scripts.demo

run: .venv/run
	@$(BIN)/python -m scripts.serve

test: .venv/dev
	@$(BIN)/python -m scripts.browser
	$(PYTEST) $(ARGS)

test-fast: .venv/dev
	$(PYTEST) -m "not (browser or process or stand_in or library)" $(ARGS)

test-services: .venv/dev
	@$(BIN)/python -m scripts.browser
	$(BIN)/python -m scripts.services $(PYTEST) -m services $(ARGS)

coverage: .venv/dev
	@$(BIN)/python -m scripts.browser
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n auto --dist loadgroup $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report

bench: .venv/dev
	@$(BIN)/python -m scripts.browser
	@$(BIN)/python -m bench $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --cache-dir .import_linter_cache
	$(BIN)/djlint --lint --check templates
	$(BIN)/djlint --lint --check --profile jinja fake_asana/templates
	$(BIN)/python -m scripts.check_site

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates
	$(BIN)/djlint --reformat --quiet --profile jinja fake_asana/templates

clean:
	rm -rf .venv var/static .mypy_cache .ruff_cache .pytest_cache .coverage*

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Onelist needs Python 3.11 or newer with venv (Debian: apt install python3 python3-venv); PYTHON= names another one."; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python could not make a virtual environment (Debian: apt install python3-venv)."; exit 1; }

.venv/run: .venv/bin/python requirements.txt
	@echo "Installing what Onelist needs …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/demo: .venv/run requirements-demo.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-demo.txt
	@touch $@

.venv/dev: .venv/demo requirements-dev.txt
	@echo "Installing the tools for tests and checks …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
