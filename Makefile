# Kelp: `make run` starts everything, `make test` checks it works, `make check` checks how it is written.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.installed
WEB := src/kelp/ui/static/index.html
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)
ARGS ?=

.PHONY: run test check setup web format bench clean docs

run: setup web
	$(BIN)/kelp up $(ARGS)

setup: $(SETUP)
web: $(WEB)

$(SETUP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Kelp needs Python 3.11 or newer, this is %s; run: make PYTHON=/path/to/python3.11 run" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[all,dev]'
	@touch $@

$(WEB): $(SETUP) $(WEB_SOURCES)
	$(BIN)/python tools/build_web.py

test: setup web
	$(BIN)/python tools/get_chromium.py
	$(BIN)/python tools/run_elasticsearch.py --optional $(BIN)/pytest $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/check_structure.py
	$(BIN)/python tools/check_docs.py
	$(BIN)/python tools/build_web.py --check

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup
	$(BIN)/python tools/check_docs.py --write

bench: setup web
	$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) web/node_modules web/dist src/kelp/ui/static .mypy_cache .ruff_cache .pytest_cache
