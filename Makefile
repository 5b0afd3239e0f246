# Ouchi on one machine. Needs Linux, Python 3.11 or newer and make; the rest is installed.

PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup run test faults browser check bench fuzz lock messages

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Variables: OUCHI_PORTS=9080 (other ports), DATABASE_URL, AMQP_URL (other servers), PYTHON=python3.12"

setup: ## The environment in .venv, from the locked requirements
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Ouchi needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@$(PYTHON) -m tools.bootstrap

run: setup ## Run the whole system until Ctrl-C
	@exec $(BIN)/python -m tools.run

test: check browser-installed ## Check everything, then run every test
	@exec $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

faults: setup ## Kill everything at random under load; APPLICATIONS=200 KILLS=10 SEED=n
	@exec $(BIN)/python -m tests.faults $(if $(APPLICATIONS),--applications $(APPLICATIONS)) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

browser: browser-installed ## Every page in every language, size and state, held against the rules of accessibility
	@$(PYTHON) -m tools.bootstrap --axe
	@exec $(BIN)/python -m pytest -o python_files='check_*.py' --timeout=600 --numprocesses=2 --dist=worksteal tests/browser

check: setup ## Style, types, import rules, templates, contracts: seconds
	@exec $(BIN)/python -m tools.check

bench: setup ## Measure, beside the bare work: ONLY=relay,consume … (table and var/bench.json)
	@$(PYTHON) -m tools.bootstrap --bench
	@ONLY='$(ONLY)' exec $(BIN)/python -m benchmarks

fuzz: setup ## Damage image files at random and clean them: SECONDS=60 SEED=… (printed when not given)
	@exec $(BIN)/python -m tests.documents.fuzz $(or $(SECONDS),60) $(SEED)

messages: setup ## Collect what people read into the catalogues of every language
	@exec $(BIN)/python -m tools.messages

lock: setup ## Resolve the requirements anew and lock them with hashes
	@exec $(BIN)/python -m tools.lock

.PHONY: browser-installed
browser-installed: setup
	@$(PYTHON) -m tools.bootstrap --browser
