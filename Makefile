# One interface for people and for CI. Needs Python >= 3.11, git and make; everything else goes into .venv.
# A machine whose `python3` is older names another one: make demo PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
SOURCES := monitor graph alerts ui tests benchmarks docs

.PHONY: help demo run test check format lock screenshots clean

help:
	@echo "make demo         set up, replay the built-in case, open the alert board"
	@echo "make run          set up and start the daemon with the board (ripplewatch.toml, written when missing)"
	@echo "make test         set up and run every check and test"
	@echo "make check        lint, types and import contracts only"
	@echo "make format       let ruff rewrite the sources"
	@echo "make lock         renew the lock files (needs uv)"
	@echo "make screenshots  take the pictures of docs/images again (needs chromium)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ripplewatch needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The lock files carry hashes and no index address: pip takes the packages from whichever index it is set up with.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the program needs (once, a minute or two)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the program and its tests need (once, a few minutes)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

demo: $(VENV)/.runtime
	@$(BIN)/ripplewatch demo

run: $(VENV)/.runtime
	@test -f ripplewatch.toml || $(BIN)/ripplewatch init
	@$(BIN)/ripplewatch run --board

check: $(VENV)/.dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest -n auto

format: $(VENV)/.dev
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

lock:
	uv pip compile -q pyproject.toml --extra build --universal --generate-hashes --no-emit-index-url --no-header -p 3.11 -o requirements.lock
	uv pip compile -q pyproject.toml --extra build --extra dev --universal --generate-hashes --no-emit-index-url --no-header -p 3.11 -o requirements-dev.lock

screenshots: $(VENV)/.dev
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
