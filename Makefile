# Two commands: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin
CASE := drive_tests/baohu_tianxia

.PHONY: demo test check docs setup clean

demo: setup
	$(BIN)/rfopt recommend $(CASE) -o out/baohu_tianxia --compare $(CASE)/engineers_plan.csv

test: setup
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: setup
	$(BIN)/python -m sphinx -W -q docs out/docs
	@echo out/docs/index.html

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rfopt needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch .venv/ready

clean:
	rm -rf .venv out .numba_cache
