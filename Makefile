# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every target sets up what it needs. Names only: the work is done in scripts/.

.DEFAULT_GOAL := help
.PHONY: help bootstrap demo demo-stop test lint format unit lab e2e engines servers report fleets bench first-contact soak shown audit sanity build docs walk matrix lock release clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

bootstrap: ## Make or refresh the environment in .venv
	@scripts/bootstrap.sh

demo: bootstrap ## See it work: audit and repair of a simulated fleet, in two minutes
	@scripts/demo.sh

demo-stop: ## Stop the simulated fleet that make demo leaves running
	@scripts/demo.sh stop

test: bootstrap ## Run every gate; what continuous integration runs
	@scripts/test.sh

lint: bootstrap ## Run the linters and the type checker
	@scripts/test.sh ruff format yamllint mypy changelog ansible-lint docs-lint

format: bootstrap ## Let ruff lay out the Python files and mend what it can
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

unit: bootstrap ## Run the unit tests (PYTEST_ARGS="-k fault -x" goes to pytest)
	@scripts/test.sh unit

lab: bootstrap ## Run the tests of the simulated fleet itself
	@scripts/test.sh lab

e2e: bootstrap ## Run playbooks against the simulated fleet
	@scripts/test.sh e2e

engines: bootstrap ## Run playbooks by ansible-runner and in slices, and ansible-builder on the environment
	@scripts/test.sh engines

servers: bootstrap ## Run the DNS modules against BIND, Kerberos and Active Directory
	@scripts/test.sh servers

report: bootstrap ## Open the report in a browser, and hold its other forms against their schemas
	@scripts/test.sh report

fleets: bootstrap ## Put random fleets through the playbooks, an hour or two (FLEETS_ARGS="7 12-15 --jobs 2 --keep FOLDER")
	@.venv/bin/python -m tests.fleets $(FLEETS_ARGS)

bench: bootstrap ## Measure what reading and repairing a fleet cost, against others (BENCH_ARGS="--hosts 1000 --repeats 1")
	@.venv/bin/python -m benchmarks $(BENCH_ARGS)

first-contact: bootstrap ## Ask one Windows machine what holds there (HOST=NAME INVENTORY=FILE REPORT=FILE); read only, but with TEST_MACHINE=NAME
	@scripts/first-contact.sh "$(HOST)" "$(INVENTORY)" "$(REPORT)" "$(TEST_MACHINE)"

soak: bootstrap ## Audit and repair a fleet over and over while things go wrong (SOAK_ARGS="--rounds 200 --hosts 300")
	@.venv/bin/python -m tests.soak $(SOAK_ARGS)

shown: bootstrap ## Run the tests that SECURITY.md and the tables of the guides name, and write these anew
	@.venv/bin/python -m tests.shown

audit: bootstrap ## Look up known vulnerabilities of what is pinned; needs the package index
	@scripts/audit.sh

sanity: bootstrap ## Run ansible-test sanity, without containers
	@scripts/test.sh sanity

build: bootstrap ## Build the tarball, install it aside, and check what ansible finds in it
	@scripts/test.sh build

docs: bootstrap ## Render the documentation to .work/docs/build/html
	@scripts/docs.sh

walk: bootstrap ## Follow README as a newcomer: from the tarball to an audit, from a clone to a green test, with times
	@scripts/walk.sh

matrix: bootstrap ## Run tests on every ansible-core and Python that is supported, and print a table (MATRIX_ARGS="all tests/unit")
	@scripts/matrix.sh $(MATRIX_ARGS)

lock: bootstrap ## Pin requirements/*.in again (LOCK_ARGS=--upgrade takes the newest)
	@scripts/lock.sh $(LOCK_ARGS)

release: bootstrap ## Turn the changelog fragments into a release of the version in galaxy.yml
	@scripts/release.sh

clean: ## Delete everything that was generated
	@rm -rf .venv .work
