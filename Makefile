# Every target sets up what it needs by itself, out of python3 (3.11 or newer), make and the package registries.
PYTHON ?= python3
ARGS   ?=

VENV  := .venv
BIN   := $(VENV)/bin
TOOLS := $(VENV)/made-tools
RUN   := $(VENV)/made-runtime
DEV   := $(VENV)/made-dev
SHOWN := app/console/static/vendor/made

PIP  = $(BIN)/uv pip install --python $(BIN)/python
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.DEFAULT_GOAL := help
.PHONY: help install demo test check fix serve bench docs lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUN) $(SHOWN) ## make .venv with the program and what it needs to run
	@:

demo: ## the whole main job on New York's regions with synthetic people, then serve it; ARGS="--no-serve --participants 2000"
	@$(MAKE) --no-print-directory -j2 install
	@exec $(BIN)/workforce demo $(ARGS)

serve: $(RUN) $(SHOWN) ## serve the API and its worker on the database that the settings name; ARGS="--port 8080"
	@exec $(BIN)/workforce serve $(ARGS)

test: $(DEV) $(SHOWN) chromium ## run the tests; ARGS="tests/regions -k dissolve"
	@exec $(BIN)/pytest $(ARGS)

# Some tests look at the screens in a browser. On Debian, as root, it is installed; elsewhere those tests are skipped unless it is there.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || test "$$(id -u)" != 0 || ! grep -qs '^ID=debian$$' /etc/os-release \
	|| { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; } \
	|| echo 'Chromium could not be installed: the tests that need a browser are skipped.' >&2

check: $(DEV) ## style, types, floors, dependencies, container files: all that is checked without running the program
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile
	$(BIN)/shellcheck .ci/run app/console/vendor.sh
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml

fix: $(DEV) ## mend what can be mended by machine: imports, formatting, simple style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV) $(SHOWN) ## measure, each figure beside its baseline; ARGS="load --people 100000"
	@exec $(BIN)/python -m bench $(ARGS)

docs: $(DEV) ## write anew what the code documents itself: OpenAPI, data dictionary, settings, permissions, commands, picture
	$(BIN)/python -m docs.generate

lock: $(TOOLS) ## write requirements/*.txt anew from pyproject.toml; ARGS=--upgrade also takes newer versions
	$(LOCK) $(ARGS) --extra server --group dev --output-file requirements/dev.txt pyproject.toml >/dev/null
	$(LOCK) --extra server --constraints requirements/dev.txt --output-file requirements/runtime.txt pyproject.toml >/dev/null
	$(LOCK) --constraints requirements/dev.txt --output-file requirements/client.txt pyproject.toml >/dev/null
	$(LOCK) --constraints requirements/dev.txt --output-file requirements/build.txt --group build >/dev/null

# An environment knows its own path, so one that was moved with its folder is made anew.
ifneq ($(shell cat $(TOOLS) 2>/dev/null),$(CURDIR))
.PHONY: $(TOOLS)
endif

$(TOOLS): requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"{sys.executable} is Python {sys.version.split()[0]}; this needs 3.11 or newer. Name one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) cannot make environments. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	test "$$(cat $@ 2>/dev/null)" = '$(CURDIR)' || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@echo '$(CURDIR)' > $@

$(RUN): $(TOOLS) requirements/runtime.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/runtime.txt
	$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Compiled at once: tests start many processes, and some machines forbid Python to keep what it compiled (PYTHONDONTWRITEBYTECODE).
$(DEV): $(TOOLS) requirements/dev.txt pyproject.toml
	$(PIP) --compile-bytecode --require-hashes -r requirements/dev.txt
	$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN)

$(SHOWN): $(TOOLS) app/console/package-lock.json app/console/vendor.sh
	PATH="$(CURDIR)/$(BIN):$$PATH" app/console/vendor.sh
