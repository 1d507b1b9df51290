#!/usr/bin/env bash
# Builds what `make run` and the end-to-end tests need. A second run with nothing changed takes about a second.
#
#   scripts/build-site.sh         the pages' style, script and wasm (target/site), and the server
#   scripts/build-site.sh --test  the same, with a server whose clock tests can move: <target>/end2end/latchkey
#   scripts/build-site.sh --site  the pages only
#
# The first run compiles the wasm for size, which takes several minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-}
case "$what" in '' | --test | --site) ;; *) printf 'build-site: unknown option %s\n' "$what" >&2; exit 2 ;; esac

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

# sass and wasm-opt are npm packages: the same versions everywhere, and no download by cargo-leptos.
export PATH="$PWD/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
target=${CARGO_TARGET_DIR:-$PWD/target}

# --- the pages ------------------------------------------------------------------------------------------------------------------------
scripts/build-solver.sh
# cargo-leptos runs wasm-bindgen, wasm-opt and brotli every time, so it is asked only when the content of a source has changed. Contents,
# not times: a checkout of another branch touches files without changing them.
stamp=target/site.sources
sources=$(find app style public Cargo.toml Cargo.lock rust-toolchain.toml end2end/package-lock.json -type f -print0 |
  LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)

if [ -f target/site/pkg/latchkey.wasm ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then
  say "Pages are up to date"
else
  say "Pages: style, script and wasm (several minutes the first time)"
  rm -f "$stamp"
  cargo leptos build --release --frontend-only --precompress
  printf '%s\n' "$sources" >"$stamp"
fi

# --- the server -----------------------------------------------------------------------------------------------------------------------
case "$what" in
  --site) ;;
  --test)
    say "Server with a clock that tests can move"
    # As the tests were built, so that after them nothing is compiled twice.
    cargo test --quiet --workspace --features server/test-clock --no-run
    # Beside the ordinary one, which the next `cargo build` puts in the same place.
    mkdir -p "$target/end2end"
    ln -f "$target/debug/latchkey" "$target/end2end/latchkey"
    ;;
  *)
    say "Server"
    cargo build --package server
    ;;
esac
