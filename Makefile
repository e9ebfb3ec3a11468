# `make demo` and `make test` need make and a python3 (3.11 or newer) with its venv module; the rest they fetch.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

EXAMPLE := examples/parlai-shape/.circleci/config.yml
CONFIG ?= $(EXAMPLE)

.DELETE_ON_ERROR:
.PHONY: help demo test coverage setup bench docs goldens clean

help:
	@echo "make demo     convert the example into output/"
	@echo "make test     ruff, mypy, biome and all tests"
	@echo "make coverage all tests, and how much of the code they run"
	@echo "make setup    a .venv with everything that developing needs"
	@echo "make docs     the manual, in site/"
	@echo "make bench    how long a conversion takes (CONFIG=path for another config)"
	@echo "make goldens  write the expected outputs anew; read the diff"
	@echo "make clean    remove what the above made, except output/"

demo: $(VENV)/.stamp-demo
	$(BIN)/circle2bb convert $(EXAMPLE) --output output --force
	@echo
	@echo "The pipelines: output/bitbucket-pipelines.yml"
	@echo "The report:    output/migration-report.html"

test: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/biome ci migrate
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup

# Twice as long as `make test`: the figure is for people, and nothing fails for it.
coverage: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup --cov --cov-report=term

setup: $(VENV)/.stamp-dev

bench: $(VENV)/.stamp-bench
	$(BIN)/python benchmarks/startup.py $(CONFIG)
	$(BIN)/python benchmarks/linear.py 500 2000

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

goldens: setup
	$(BIN)/python -m pytest --update-goldens

clean:
	rm -rf $(VENV) build dist site htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that what it stands for was installed completely, and from which pyproject.toml.
$(VENV)/.stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "circle2bb needs Python 3.11 or newer; say which: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.stamp-demo: $(VENV)/.stamp-venv pyproject.toml
	$(PIP) install --editable .
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-venv pyproject.toml
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.stamp-demo

$(VENV)/.stamp-bench: $(VENV)/.stamp-venv pyproject.toml
	$(PIP) install --editable '.[bench]'
	@touch $@ $(VENV)/.stamp-demo
