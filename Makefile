# Every target works on a fresh clone: each makes what it needs.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
BIN := .venv/bin
PORT ?= 8000
export PORT
# Compile each module once, not in each of the programs that tests start.
unexport PYTHONDONTWRITEBYTECODE

# Wheels only: a package that is built here would be built by tools that nothing pins.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
LOCK := $(BIN)/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --quiet \
	--custom-compile-command "make lock"

# Tests that empty the tables, and with them what migrations have stored, stay last.
PARALLEL := -n auto --dist loadgroup --no-loadscope-reorder
PYTEST := $(BIN)/python -m pytest $(PARALLEL)
IN_CHROMIUM := -m "not (engines or deploy)"

.PHONY: help demo run test test-fast test-browsers test-services soak soak-sync soak-site coverage bench bench-scale check format lock licences sbom clean

help:
	@echo "make demo    the site and a stand-in for Asana, nothing to set up (PORT=8000)"
	@echo "make run     the site against real Asana, from .env (PORT=8000)"
	@echo "make test    the whole test suite, browser tests included, on SQLite"
	@echo "make test-fast       what tests the site without a browser and programs of its own, on SQLite"
	@echo "make test-browsers   one walk in Chromium, Firefox and WebKit, and Lighthouse"
	@echo "make test-services   what could turn out differently there, on PostgreSQL, Redis and RabbitMQ"
	@echo "make coverage        the whole suite, and which lines and branches it leaves out"
	@echo "make soak    random troubles for two hours: between the steps of syncs (soak-sync), under a whole site (soak-site)"
	@echo "make bench   measure pages, syncs and what a browser fetches: docs/performance.md"
	@echo "make bench-scale     measure a site of 10,000 people on PostgreSQL and Redis: docs/scaling.md"
	@echo "make check   lint, format, types, migrations, Django's deployment checks"
	@echo "make format  put code and templates in order"
	@echo "make lock    write requirements*.lock after a change of requirements*.txt (ARGS=--upgrade: newer ones)"
	@echo "make licences   the licence of every package that is installed"
	@echo "make sbom    a CycloneDX list of what runs: var/sbom.json"

# What they start ends also if only `make` gets a signal (scripts/processes.py).
demo run: export STARTED_BY_MAKE := 1

demo: .venv/demo
	@$(BIN)/python -m scripts.demo

run: .venv/run
	@$(BIN)/python -m scripts.serve

test: .venv/dev
	@$(BIN)/python -m scripts.browser
	$(PYTEST) $(IN_CHROMIUM) $(ARGS)

test-browsers: .venv/dev
	@$(BIN)/python -m scripts.engines
	@$(BIN)/python -m scripts.lighthouse
	$(PYTEST) -m engines tests/browser/engines $(ARGS)

test-fast: .venv/dev
	$(PYTEST) -m "not (browser or process or stand_in or library)" $(ARGS)

test-services: .venv/dev
	@$(BIN)/python -m scripts.browser
	@$(BIN)/python -m scripts.deploy_tools
	$(BIN)/python -m scripts.services $(PYTEST) -m services $(ARGS)

SOAK = $(PYTEST) -n 0 -s -q -o faulthandler_timeout=0 tests/asana_tasks/sync/test_model.py
soak: soak-sync soak-site

soak-sync: .venv/dev
	SOAK_MINUTES=30 $(SOAK)
	SOAK_MINUTES=30 $(BIN)/python -m scripts.services $(SOAK)

soak-site: .venv/dev
	@$(BIN)/python -m bench.soak $(ARGS)

coverage: .venv/dev
	@$(BIN)/python -m scripts.browser
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(PARALLEL) $(IN_CHROMIUM) $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report

bench: .venv/dev
	@$(BIN)/python -m scripts.browser
	@$(BIN)/python -m bench $(ARGS)

bench-scale: .venv/dev
	@$(BIN)/python -m bench.scale $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --cache-dir .import_linter_cache
	$(BIN)/djlint --lint --check templates
	$(BIN)/djlint --lint --check --profile jinja fake_asana/templates
	$(BIN)/python -m scripts.check_site
	@$(BIN)/python -m scripts.audit

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates
	$(BIN)/djlint --reformat --quiet --profile jinja fake_asana/templates

lock: .venv/dev
	$(LOCK) requirements.txt -o requirements.lock $(ARGS)
	$(LOCK) requirements-demo.txt -c requirements.lock -o requirements-demo.lock $(ARGS)
	$(LOCK) requirements-celery.txt -c requirements.lock -o requirements-celery.lock $(ARGS)
	$(LOCK) requirements-dev.txt -c requirements-demo.lock -c requirements-celery.lock -o requirements-dev.lock $(ARGS)

licences: .venv/dev
	@$(BIN)/pip-licenses --order=license

sbom: .venv/dev
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-reproducible -o var/sbom.json
	@echo "Written to var/sbom.json"

clean:
	rm -rf .venv var/static .mypy_cache .ruff_cache .pytest_cache .coverage*

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Onelist needs Python 3.11 or newer with venv (Debian: apt install python3 python3-venv); PYTHON= names another one."; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python could not make a virtual environment (Debian: apt install python3-venv)."; exit 1; }

.venv/run: .venv/bin/python requirements.lock
	@echo "Installing what Onelist needs …"
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/demo: .venv/run requirements-demo.lock
	@$(INSTALL) -r requirements-demo.lock
	@touch $@

.venv/celery: .venv/run requirements-celery.lock
	@$(INSTALL) -r requirements-celery.lock
	@touch $@

.venv/dev: .venv/demo requirements-dev.lock
	@echo "Installing the tools for tests and checks …"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
