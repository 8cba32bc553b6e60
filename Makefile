# `make help` lists what there is. Everything installs what it needs, into .venv and .viva only.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install demo dev check test lock schema clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: .venv/installed ## the Python packages, pinned by hash, into .venv

.venv/installed: requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

demo: install ## one whole interview in the sandbox: no key, under a minute
	$(BIN)/python main.py demo

dev: install ## everything in the sandbox, kept up: IDE, tokens, a first query
	$(BIN)/python main.py dev

check: install ## format, lint, types, import directions, schema snapshot, unit tests: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python main.py schema --check
	$(BIN)/pytest --quiet -n 2 --dist loadfile -m "not servers"

test: install ## every test, on real servers
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

lock: install ## compile the pinned requirements from pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras pyproject.toml --group sandbox --group test -o requirements-dev.txt

schema: install ## write schema.graphql
	$(BIN)/python main.py schema > schema.graphql

clean: ## remove the sandbox's data
	rm -rf .viva
