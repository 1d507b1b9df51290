#!/usr/bin/env bash
# Everything that must hold before a change lands, quickest first. `make test` and CI run this and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --tests
export PATH="$PWD/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export CARGO_TERM_COLOR=never

# Databases, mails and browser profiles of tests live for seconds: in memory, where there is plenty of it and programs may run.
plenty() { # gigabytes of memory, and of room in a folder
  [ "$(awk '$1 == "MemAvailable:" { print int($2 / 1048576) }' /proc/meminfo)" -ge "$1" ] &&
    [ "$(df --output=avail --block-size=1G "$2" | tail -n 1)" -ge "$1" ] && cp "$(type -P true)" "$2" && "$2/true"
}
if memory=$(mktemp -d /dev/shm/latchkey-test.XXXXXX 2>/dev/null); then
  trap 'rm -rf "$memory"' EXIT
  if plenty 8 "$memory" 2>/dev/null; then
    chmod 755 "$memory" # PostgreSQL has a user of its own
    export TMPDIR=$memory
  fi
fi

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
