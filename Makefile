# The two commands a newcomer needs: `make run` and `make test`. Both set up what is missing first.
export PATH := $(CURDIR)/end2end/node_modules/.bin:$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what is missing for building and running (first time: up to 30 minutes)
	@scripts/setup.sh

.PHONY: run
run: setup ## Start the demo: sample accounts, a mailbox page, SQLite
	@scripts/build-site.sh
	@cargo run --quiet --package server -- demo

.PHONY: watch
watch: setup ## Start the demo and rebuild on every change
	@scripts/build-solver.sh
	@cargo leptos watch

.PHONY: test
test: ## Run everything: format, lints, unit, API and store tests on both engines, browser tests
	@scripts/test.sh

.PHONY: soak
soak: setup ## Kill the server 200 times in the middle of things, on both engines, and count what is lost
	@LATCHKEY_SOAK_ROUNDS=200 scripts/with-postgres.sh cargo test --package server --test soak -- --nocapture

.PHONY: bench
bench: setup ## Measure the release build over loopback
	@scripts/build-site.sh
	@cargo bench --profile dist --package server --bench load

.PHONY: fuzz
fuzz: setup ## Throw made-up input at everything that strangers can reach, for LATCHKEY_FUZZ_SECONDS each (60)
	@LATCHKEY_FUZZ_SECONDS=$${LATCHKEY_FUZZ_SECONDS:-60} cargo test --package server --test fuzz -- --nocapture

.PHONY: flood
flood: setup ## Hang up on 5,000 sign-ins, and ask from a million addresses: what stays?
	@cargo bench --profile dist --package server --bench flood

.PHONY: dist
dist: setup ## Build the release archive: one binary with everything in it, and its bill of materials
	@scripts/dist.sh
