# Two commands are enough: `make run` and `make test`. Needs Python 3.11+, make and a C compiler.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run install test check soak bench format lock clean
.DEFAULT_GOAL := run

$(VENV)/.run: requirements/run.txt requirements/installer.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	@echo "$(CURDIR)" > $$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/bundel.pth
	@printf '#!%s\nfrom bundel.cli import main\nmain()\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/bundel && chmod +x $(BIN)/bundel
	@touch $@

$(VENV)/.development: $(VENV)/.run requirements/development.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/development.txt
	@touch $@

install: $(VENV)/.development  ## the environment for developers, from the hashed locks

run: $(VENV)/.run  ## the whole of Bundel with demonstration data, on one address
	@$(BIN)/bundel run $(if $(FRESH),--fresh)

test: install  ## all tests that need nothing but this machine
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: install  ## format, lint, types, import contracts, policy, API rules, migrations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.rules

soak: install  ## the faults for long: two hundred deaths, ten times the made-up requests
	@BUNDEL_SOAK=10 $(BIN)/python -m pytest tests/faults tests/api_rules $(ARGS)

bench: install  ## figures as ratios in one run
	@$(BIN)/bundel bench --json $(ARGS)

format: install
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock:  ## new locks with hashes and without registry addresses
	@for name in run development installer; do \
	  case $$name in run) in="pyproject.toml";; development) in="pyproject.toml --extra development -c requirements/run.txt";; installer) in="requirements/installer.in";; esac; \
	  $(BIN)/uv pip compile $$in --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/$$name.txt; done

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
