# The only list of developer commands; `make help` prints it.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN = $(VENV)/bin
# Debian's packages that some tests need: a feed reader, a browser.
DEBIAN = newsboat chromium

.PHONY: help serve test lint bench fuzz debian

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: $(VENV)/.installed ## Install, and serve seeds/ at http://127.0.0.1:8000/ (PORT=… for another)
	$(BIN)/feedsvc serve seeds --port $(PORT)

test: lint debian ## Install everything, check the style and run every test
	$(BIN)/pytest --cov

lint: $(VENV)/.developed ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.developed ## Print speed as ratios against limits measured in the same run (N=… articles)
	$(BIN)/python -m tests.bench $(N)

fuzz: $(VENV)/.developed ## Try many more random inputs than the tests do
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
	@if command -v newsboat chromium >/dev/null && [ "$$(command -v newsboat chromium | wc -l)" = 2 ]; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $(DEBIAN) >/dev/null; \
	else echo "skipped: tests with $(DEBIAN) (install them to run those too)"; fi
