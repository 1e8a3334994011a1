# Running, testing and measuring the service. Everything is installed into .venv; nothing else on the machine is touched.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
VENV ?= .venv
DECISIONS ?= 1000000
CASES ?= 100000
RACES ?= 10000
ARGS ?=
BIN := $(VENV)/bin
INSTALL := bin/install $(PYTHON) $(VENV)

.PHONY: help run test lint bench bench-peers trace soak races relevance spike flood pages-speed pictures pages-all lock sbom advisories clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: free-port $(VENV)/installed  ## Install, prepare the database, load the demonstration data, serve on 127.0.0.1 (PORT=8000)
	@PORT=$(PORT) bin/serve $(VENV)

.PHONY: free-port
free-port:  # before anything is installed: a port that is taken is told at once
	@PORT=$(PORT) bin/free-port $(PYTHON)

test: $(VENV)/installed-dev  ## All tests, also on PostgreSQL (ARGS="-k name" or ARGS="-m 'not slow'" for some of them)
	@bin/test $(VENV) -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/installed-dev  ## ruff, mypy --strict on app, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict app
	$(BIN)/lint-imports

bench: $(VENV)/installed-dev  ## Decisions a second of applications never seen before, in process, in batches and over HTTP
	@set -a; . bin/memory.env; $(BIN)/python bench/run.py $(ARGS)

bench-peers: $(VENV)/installed-peers  ## A small rule decided by zen, OPA, OpenFisca and by this service, each with its explanation
	@set -a; . bin/memory.env; $(BIN)/python bench/peers/run.py $(ARGS)

trace: $(VENV)/installed-dev  ## Files of app/ that one brief determination goes through, and moves between them (ARGS=--calls)
	@$(BIN)/python bench/trace.py $(ARGS)

soak: $(VENV)/installed-dev  ## Many decisions on 8 threads, every answer checked (DECISIONS=1000000)
	@set -a; . bin/memory.env; $(BIN)/python bench/soak.py --decisions $(DECISIONS) $(ARGS)

races: $(VENV)/installed-dev  ## Two reviewers claim and decide one waiver request at once, again and again (RACES=10000)
	@set -a; . bin/memory.env; $(BIN)/python bench/races.py --races $(RACES) $(ARGS)

relevance: $(VENV)/installed-dev  ## Outcomes and needs of random cases beside those an independent solver finds (CASES=100000)
	@$(BIN)/python -m tests.relevance.run --cases $(CASES) $(ARGS)

spike: $(VENV)/installed-dev  ## What ten times the usual load does: who is answered how fast, who is refused, when it is over
	@set -a; . bin/memory.env; $(BIN)/python bench/spike.py

flood: $(VENV)/installed-dev  ## How fast others are answered through nginx while 10,000 connections are held open
	@set -a; . bin/memory.env; $(BIN)/python bench/flood.py

pages-speed: $(VENV)/installed-dev  ## How fast pages come beside decisions, and to 50 people at once (ARGS="--seconds 10 --people 8" for a trial)
	@set -a; . bin/memory.env; $(BIN)/python bench/pages.py $(ARGS)

pictures: $(VENV)/installed-dev  ## The pictures of the README, taken from a running service (needs Chromium)
	@$(BIN)/python bench/pictures.py

pages-all: $(VENV)/installed-dev  ## Every page in every state, as every role, looked at by axe-core (needs Chromium)
	@$(BIN)/python -m tests.people.every_page

lock:  ## After a change of requirements*.txt: the digests of all releases, and the list of licences (reaches the package index)
	@bin/lock $(PYTHON)
	@$(MAKE) --no-print-directory $(VENV)/installed-dev
	@$(BIN)/python -m deploy.supply licences > build/licences.csv
	@mv build/licences.csv deploy/licences.csv

sbom: $(VENV)/installed-dev  ## The bill of materials of the service in CycloneDX's format: build/sbom.json
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON --output-file build/sbom.json requirements.lock
	@echo "build/sbom.json lists $$(grep -c '^[a-zA-Z]' requirements.lock) packages."

advisories: $(VENV)/installed-dev  ## Whether a locked release is affected by an advisory in deploy/advisories.yaml
	@$(BIN)/python -m deploy.supply advisories

clean:  ## Remove everything that was installed or made here, kept determinations too
	rm -rf .venv instance build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed: requirements.lock bin/install app/console/uswds/package-lock.json
	@$(INSTALL) requirements.lock
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock requirements.lock bin/install app/console/uswds/package-lock.json tests/people/axe/package-lock.json tests/people/pa11y/package-lock.json
	@$(INSTALL) requirements-dev.lock
	@touch $@ $(VENV)/installed

# Other engines, for bench-peers alone. OPA's binding names Python 3.14 and runs on those before it; where it cannot be had, it is left out.
$(VENV)/installed-peers: $(VENV)/installed-dev requirements-bench.txt
	@$(INSTALL) requirements-bench.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --ignore-requires-python \
	  opa-golib-python-bindings==0.4.4 || echo "OPA could not be installed and is left out."
	@touch $@
