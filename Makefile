# make run: try it.  make test: test it.  make acceptance: test it with real servers, browsers and npm clients.
# make check: what a change must pass beside the tests.  make setup: only install.
# make screenshots: the pictures of docs/admin.md and docs/hosted-sign-up.md, anew.
# make security-table: the tables of docs/security.md, anew, from docs/security-requirements.yaml.
# make web, make worker: one part of the server, in production.
# make sbom: what it consists of, into sbom.cdx.json. make scan: known vulnerabilities of the locked versions, by the network.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup run web worker test acceptance check screenshots security-table sbom scan lock
.DELETE_ON_ERROR:

setup: $(VENV)/.installed

run: $(VENV)/.installed
	@exec $(BIN)/python -m ciam.trial

web worker: $(VENV)/.installed
	@exec $(BIN)/python -m ciam.serve $@

# MARKED chooses by marker, TESTS by folder or file: make test TESTS=tests/otp
test: MARKED ?= not acceptance
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "$(MARKED)" $(TESTS)
	@echo "What starts real servers, browsers and npm clients runs by: make acceptance"

acceptance: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m acceptance $(TESTS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m mypy
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check
	$(BIN)/python -m supply_chain.floors

screenshots: $(VENV)/.installed-dev
	$(BIN)/python docs/make_screenshots.py

security-table: $(VENV)/.installed-dev
	$(BIN)/python docs/make_security_table.py

sbom: $(VENV)/.installed
	$(BIN)/python -m supply_chain.sbom > sbom.cdx.json

scan: $(VENV)/.installed
	$(BIN)/python -m supply_chain.scan

# Both locks are universal and hold no address of any index.
lock: $(VENV)/.uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --upgrade --group dev -c requirements.txt -o requirements-dev.txt

# uv installs in seconds; where it cannot be had, pip does the same, slower.
UV_INSTALL = $(BIN)/uv pip install -q --python $(BIN)/python --system-certs --compile-bytecode --require-hashes -r
PIP_INSTALL = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r
INSTALL = { test -x $(BIN)/uv && $(UV_INSTALL) $(1); } || $(PIP_INSTALL) $(1)

$(VENV)/.uv: requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...")'
	@test -x $(BIN)/python || { echo "Making $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@$(PIP_INSTALL) $< || echo "Going on without uv."
	@touch $@

$(VENV)/.installed: requirements.txt $(VENV)/.uv
	@echo "Installing ..."
	@$(call INSTALL,$<)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(call INSTALL,$<)
	@touch $@
