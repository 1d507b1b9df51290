#!/usr/bin/env bash
# Everything that must hold before a change lands, quickest first. `make test` and CI run this and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --tests
export PATH="$PWD/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export CARGO_TERM_COLOR=never

started=$(date +%s)
step() { printf '\n=== %s (after %d min)\n' "$*" $((($(date +%s) - started) / 60)); }

step "Format"
cargo fmt --all --check

step "Lints: server"
cargo clippy --quiet --workspace --all-targets --features server/test-clock -- -D warnings

step "Lints: browser"
cargo clippy --quiet --package app --lib --no-default-features --features hydrate --target wasm32-unknown-unknown -- -D warnings
cargo clippy --quiet --package solver --lib --target wasm32-unknown-unknown -- -D warnings

step "Unit, API and store tests on SQLite and PostgreSQL"
scripts/with-postgres.sh cargo test --workspace --features server/test-clock

step "REST API, probed by its own document"
scripts/probe-api.sh

step "Pages for the browser"
scripts/build-site.sh --test

step "Browser tests, with and without JavaScript"
(cd end2end && npx tsc --noEmit && npx playwright test)

step "All green"
