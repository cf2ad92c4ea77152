# Debrief: `make run` starts it, `make test` tries it. Nothing else is needed.

PYTHON := .venv/bin/python
# What `make test` hands to pytest: make test ARGS="tests/incidents -k resolve"
ARGS ?=
# What `make faults` breaks: how often, and in which order.
FAULTS ?= 1400
SEED ?= 1

# Each process would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run reset test full lint types screens bench faults

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Set up .venv from uv.lock, and the libraries that PDFs need
	@bin/setup

run: install ## Start Debrief on http://localhost:8000 (another port: PORT=8010 make run)
	@exec $(PYTHON) -m config.launcher

reset: ## Empty the local data in var/, after asking
	@bin/reset

test: install ## Run the tests (some of them: make test ARGS="tests/incidents -k resolve")
	@$(PYTHON) -m pytest -n auto --dist loadgroup -q $(ARGS)

full: install ## Run the tests with the long lines whole
	@FULL=1 FAULTS=all $(PYTHON) -m pytest -n auto --dist loadgroup -q $(ARGS)

lint: install ## Check form: ruff, and djade for the templates
	@bin/lint

types: install ## Check types: mypy, strict
	@bin/with-settings $(PYTHON) -m mypy

screens: install ## Photograph every screen into screens/
	@$(PYTHON) -m tests.screens

bench: install ## Measure the pages at size against plain Django
	@$(PYTHON) -m tests.bench

faults: install ## Break workers, database, queue and mail server (FAULTS=100 SEED=7)
	@bin/with-settings $(PYTHON) -m tests.faults --faults $(FAULTS) --seed $(SEED)
