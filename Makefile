# Everything a developer types. `make help` lists it. The work is in scripts/, which can be read and run alone.

SHELL := /bin/bash

# Build output and test environments stay outside the clone, so that several clones share them and `git clean` costs nothing.
export THINKWATCH_CACHE ?= $(HOME)/.cache/thinkwatch
export CARGO_TARGET_DIR ?= $(THINKWATCH_CACHE)/target

# `make run ARGS="--help"`, `make bench ARGS="..."`
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo dev web test browser end-to-end fault fuzz instructions lint fmt bench prepare

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build the release binary and start it; its data goes to ./data
	@scripts/run serve $(ARGS)

demo: ## Start with a throw-away data directory and a simulated provider, and print calls to paste
	@scripts/run demo $(ARGS)

dev: ## The web console with hot reload, against the server that runs, else against a demo; ARGS=serve: against one on ./data
	@scripts/dev $(ARGS)

web: ## Build the web console, if it changed
	@scripts/prepare web
	@scripts/web

test: ## All tests: the web console, Rust, official SDKs, command-line clients, bytes, bad input, a real browser
	@scripts/test

browser: ## Only the web console in a real browser; ARGS picks: keys.spec.ts, -g "rotates"
	@scripts/prepare test
	@TW_BROWSER_ARGS='$(ARGS)' scripts/end-to-end browser

end-to-end: ## Only the tests that use the running binary; ARGS picks some: python node clients bytes bad_input docs operations resilience limits cache replicas fault browser
	@scripts/prepare test
	@scripts/end-to-end $(ARGS)

fault: ## Only the fault test: kills, full disks, torn files; ROUNDS=200 kills more often
	@scripts/prepare test
	@TW_FAULT_ROUNDS=$(ROUNDS) scripts/end-to-end fault

fuzz: ## Generated input for every decoder, guided by coverage; ARGS: --seconds N, --runs N, --counts, names of targets
	@scripts/fuzz $(ARGS)

instructions: ## Count the instructions of the hot path's pure parts, and compare; ARGS=--update keeps what is now
	@scripts/instructions $(ARGS)

lint: ## Formatting, clippy, crate borders, licences, script syntax; the same for the web console, and its size
	@scripts/lint

fmt: ## Format the Rust code and the web console
	@cargo fmt --all
	@scripts/prepare web
	@npm --prefix web run --silent fmt

bench: ## Measure beside nginx and a do-nothing proxy, and print the table
	@scripts/bench $(ARGS)

prepare: ## Check (as root on Debian: install) the tools that tests and benches need, make their environments
	@scripts/prepare run test bench
