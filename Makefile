# Encore's commands; `make` lists them.
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check lint types lint-scripts bench bench-night bench-report bench-page \
	prove-report lock clean clean-data

PORT ?= 8080
VAR ?= var
ORDERS ?=
SHOP ?=
ITEMS ?=
PYTHON ?= python3
python := .venv/bin/python

# Another Python's modules must not mix with those of .venv.
unexport PYTHONPATH PYTHONHOME
export PYTHON PORT VAR ORDERS SHOP ITEMS

help: ## Show this list
	@printf 'Encore: the next order, right after good service.\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@printf '\n  make run PORT=8081           answer on another port\n'
	@printf '  make run ORDERS=orders.csv   start on a real export (parquet, csv or xlsx)\n'
	@printf '  make run SHOP="--items 500"  start on another made shop\n'
	@printf '  make run VAR=var/second      keep the data in another folder\n'

run: ## Install, fill, train and serve, all on this machine
	@requirements/install run
	@exec $(python) -m service run --with-parent --folder "$$VAR" --port "$$PORT" \
		$${ORDERS:+--orders "$$ORDERS"} $${SHOP:+--shop="$$SHOP"}

test: ## Run all tests
	@requirements/install dev
	@$(python) -m pytest -q -n 2 --dist loadgroup

check: ## Run what .ci/run runs: formatting, lint, types, scripts, tests
check: lint types lint-scripts test

lint:
	@requirements/install dev
	@$(python) -m ruff format --check --quiet .
	@$(python) -m ruff check --quiet .

types:
	@requirements/install dev
	@$(python) -m mypy --no-error-summary

lint-scripts: ## Check the scripts that agents read out
	@requirements/install run
	@$(python) -m service.scripts.lint

bench: ## Measure the service beside its peers; ITEMS=5000,50000 by catalogue size
	@requirements/install dev
	@$(python) -m tests.bench

bench-night: ## Measure a night on LINES order lines and ITEMS items
	@requirements/install dev
	@$(python) -m tests.bench.night $(if $(LINES),--lines $(LINES)) $(if $(ITEMS),--items $(ITEMS))

bench-report: ## Measure the recovery report over a million decisions, or DECISIONS
	@requirements/install dev
	@$(python) -m tests.bench.report $(if $(DECISIONS),--decisions $(DECISIONS))

bench-page: ## Measure how soon a browser shows the manager's page
	@requirements/install dev
	@$(python) -m tests.bench.page

prove-report: ## Hold the report to made worlds whose truth is known (minutes); WORLDS=500
	@requirements/install dev
	@OMP_NUM_THREADS=1 $(python) -m tests.prove_report $(if $(WORLDS),--worlds $(WORLDS))

lock: ## Lock the requirements anew; UPGRADE=1 takes the newest versions
	@requirements/install dev
	@for name in serve run dev; do \
		$(python) -m uv pip compile requirements/$$name.in --quiet --universal \
			--python-version 3.11 --generate-hashes --no-header $(if $(UPGRADE),--upgrade) \
			$$(case $$name in run) echo -c requirements/serve.txt;; \
				dev) echo -c requirements/run.txt;; esac) \
			-o requirements/$$name.txt || exit; \
	done

clean: ## Remove what can be made again; var/ with its data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.*' -prune -exec rm -rf {} +

clean-data: ## Remove the data of `make run` (in VAR) for good
	@requirements/install run
	@$(python) -m service clear --folder "$$VAR"
