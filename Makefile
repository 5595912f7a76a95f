# Everything goes through a virtual environment in .venv; nothing outside the checkout is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
TEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install reference audit demo test test-fast test-long test-spark lint format coverage bench bench-ml mutants torture docs pictures axe constraints clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# PIP_CONSTRAINT also reaches the isolated environment in which the package itself is built.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "spotiflow needs Python 3.11 or newer, found %d.%d: make PYTHON=python3.12 ..." % v[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing spotiflow into $(VENV) ..."
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

install: $(INSTALLED) ## Make .venv with spotiflow in it

demo: $(INSTALLED) ## See it work on simulated data, no account needed
	@$(BIN)/spotiflow demo

test: lint ## Lint, types and the tests that a change has to pass
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal -m "not long"

test-long: $(INSTALLED) ## The tests that take minutes: simulations, orders of imports, a week of polling
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal -m long

test-spark: $(INSTALLED) ## Every model read by a real Spark; takes minutes, needs Java 17
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[spark]"
	$(BIN)/pytest -m long -rs tests/spark

test-fast: $(INSTALLED) ## The tests that take under a minute together
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal -m "not slow and not long"

torture: $(INSTALLED) ## Kill -9 at 60 random moments (KILLS=60 SEED=1), then disks that are full, files that are held, signals
	$(BIN)/python -m tests.torture
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal -rA --no-header tests/warehouse/test_full_disk.py tests/warehouse/test_run_lock.py \
		tests/pipeline/test_faults.py tests/pipeline/test_schedule.py tests/dbt/test_last_good.py \
		tests/publish/test_postgres.py tests/ingest/spotify/test_faults.py tests/pipeline/test_signals.py \
		tests/pipeline/test_secrets.py tests/cli/test_read_only_home.py tests/ingest/spotify/test_spool.py

lint: $(INSTALLED) ## Style and types of Python, format of SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfmt --check --quiet --no-progressbar dbt_project/models dbt_project/tests
	$(BIN)/hadolint Dockerfile

format: $(INSTALLED) ## Put Python and SQL into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt --quiet --no-progressbar dbt_project/models dbt_project/tests

coverage: $(INSTALLED) ## Tests with a coverage report
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal -m "not long" --cov --cov-report=term-missing:skip-covered --cov-report=html

bench: $(INSTALLED) ## Measure the figures the documentation states
	$(BIN)/python -m benchmarks

bench-ml: $(INSTALLED) ## Train on the real Kaggle file and judge every target; writes docs/models.md
	$(BIN)/python -m benchmarks.ml

mutants: $(INSTALLED) ## Plant deliberate faults in the dbt project: a test has to notice each
	$(BIN)/python -m mutants

docs: $(INSTALLED) ## Write the dbt documentation of the warehouse
	$(BIN)/spotiflow docs generate

reference: $(INSTALLED) ## Write the pages made from the code anew: commands, settings, the picture of the rooms
	$(BIN)/python -m tests.docs.generate

audit: $(INSTALLED) ## Look up our dependencies among known weaknesses; needs the network
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check ".[audit]"
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

pictures: $(INSTALLED) ## Draw the README's pictures anew: the report and the pages of the demo; needs chromium
	$(BIN)/spotiflow demo > /dev/null
	$(BIN)/spotiflow --home $${SPOTIFLOW_HOME:-$$HOME/.spotiflow}-demo report --svg docs/assets/report.svg
	$(BIN)/python -m tests.web.pictures $${SPOTIFLOW_HOME:-$$HOME/.spotiflow}-demo

axe: ## Fetch what looks for barriers in the pages, for the browser tests; needs npm
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(VENV)/axe axe-core@4.14.1

constraints: ## Write constraints.txt anew from a fresh environment
	rm -rf $(VENV)-fresh && $(PYTHON) -m venv $(VENV)-fresh
	$(VENV)-fresh/bin/python -m pip install --quiet --upgrade ".[dev,audit,spark]"
	$(VENV)-fresh/bin/python -m pip freeze --exclude spotiflow | grep -E '^[A-Za-z0-9._-]+==' > constraints.txt
	rm -rf $(VENV)-fresh

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) build dist htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf dbt_project/target dbt_project/logs target logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
