# Two commands matter: `make run` (the demo) and `make test` (every check and test).
# They need Python 3.11 or newer, make, and the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := tests/peers/programs
# Compiled modules are kept, whatever the environment says: to rewrite the assertions of all
# tests anew takes each worker longer than to collect them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install dev peers run format lint unit check test nightly bench bench-policies bench-sign-ins bench-people lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

install: $(BIN)/gateway ## Make the virtual environment with .venv/bin/gateway

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh deploy/system-packages.sh python3-venv
	$(PYTHON) -m venv $(VENV)

$(BIN)/gateway: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@touch $@

dev: $(VENV)/.dev

$(VENV)/.dev: requirements-dev.lock $(BIN)/gateway
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --require-hashes --requirement requirements-dev.lock
	@touch $@

peers: dev $(PEERS)/node_modules/.installed ## Install the programs that the tests talk to
	@sh deploy/system-packages.sh nginx chromium apache

$(PEERS)/node_modules/.installed: $(PEERS)/package-lock.json
	@command -v npm >/dev/null || sh deploy/system-packages.sh npm
	cd $(PEERS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

run: install ## Start the demo: gateway, a local issuer and an upstream
	@$(BIN)/python deploy/demo/demo.py

format: dev ## Bring the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: dev ## Form, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: dev
	$(BIN)/pytest -n 2 --ignore=tests/peers -m "not long"

check: lint unit ## What to run before a commit: under two minutes

test: lint peers ## Every check and every test, the peers included
	$(BIN)/pytest -n 2 --postgresql --cel-cases=2000 --cov --cov-report=term \
	  --ignore=tests/peers -m "not long"
	$(BIN)/pytest -n 2 --cel-cases=2000 --ignore=tests/peers -m long
	$(BIN)/pytest tests/peers

nightly: dev ## A hundred thousand new CEL expressions against other implementations
	$(BIN)/pytest -n 2 --hypothesis-profile=nightly --cel-cases=100000 tests/conformance/cel

bench: peers ## The side-by-side table of benchmarks/README.md
	$(BIN)/python benchmarks/side_by_side.py

bench-people: dev ## The table of people in benchmarks/README.md: a million, twice
	$(BIN)/python -m benchmarks.people 1000000 sqlite
	$(BIN)/python -m benchmarks.people 1000000 postgresql

bench-sign-ins: dev ## The table of sign-ins in benchmarks/README.md
	$(BIN)/python -m benchmarks.sign_ins

bench-policies: dev ## The table of policies in benchmarks/README.md
	$(BIN)/python benchmarks/policies.py

lock: ## Make the lock files anew (needs uv in the virtual environment)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --extra build pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --extra build --extra dev --constraint requirements.lock pyproject.toml \
	  --output-file requirements-dev.lock

clean: ## Remove everything that can be made again; keeps state/
	rm -rf $(VENV) $(PEERS)/node_modules .mypy_cache .pytest_cache .ruff_cache
