# make run      the demo: everything is installed, migrated, imported and served
# make test     the tests
# make check    all that CI checks, the tests included
# make schema   schema.graphql and the pages of docs/ that are made from the code, after a change to it
# make fuzz     documents of anything at all, with nulls too: 10,000 of each database, or CASES=…; and schemathesis
# make audit    clients of others ask a gateway: audits of GraphQL over HTTP, Apollo's link, examples/web; takes npm
# make migration NAME="what it brings"   a migration drafted from a change to the models
# make format   the code laid out as the checks want it
# make bench    measure the gateway beside other servers; options as in ARGS='--sizes 1,10,30 --rounds 5'
# PYTHON=…      the Python to use, 3.11 or newer

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --constraint constraints.txt
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)

.PHONY: run test check format schema migration bench fuzz audit clean

run: $(VENV)/.run
	@$(BIN)/python -m crm360 demo $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python -m crm360 schema | diff schema.graphql - || { echo "The graph has changed: run make schema."; exit 1; }
	$(BIN)/pytest -n auto --dist worksteal --ignore=tests/models/rules
	$(BIN)/pytest -n auto --dist worksteal tests/models/rules --cov --cov-report=term-missing:skip-covered

format: $(VENV)/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

schema: $(VENV)/.dev
	@$(BIN)/python -m tests.pages

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

fuzz: $(VENV)/.dev
	@FUZZ_CASES=$(or $(CASES),10000) TESTS_ANYTHING=800 FUZZ_VARIANTS=25 $(BIN)/pytest -n auto tests/schema/execution/test_anything.py $(ARGS)
	@$(BIN)/python -m tests.fuzz

audit: $(VENV)/.dev
	@$(BIN)/python -m tests.audit
	@$(BIN)/pytest -q tests/examples/built_web.py

migration: $(VENV)/.dev
	@$(BIN)/python -m models.migrations "$(NAME)"

clean:
	rm -rf $(VENV)

# A stamp is newer than what was installed from.
$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing; this happens once."
	@$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing with what the tests need; this happens once."
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(BIN)/python:
	@for name in $(PYTHONS); do \
		$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$name && break; \
	done; \
	test -n "$$found" || { \
		echo "crm360 needs Python 3.11 or newer; none of these is: $(PYTHONS)."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)"; \
		exit 1; }; \
	$$found -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "$$found can't make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; }
