#!/usr/bin/env bash
# Installs what is missing to build, run and test Latchkey, and nothing else. Every step looks first, so a second run takes seconds.
#
#   scripts/setup.sh          everything that `make run` needs
#   scripts/setup.sh --tests  also a browser and PostgreSQL, for `make test`
#
# Two kinds of machine are covered: one where rustup can add the wasm target, and one (Debian) that reaches only package registries.
set -euo pipefail
cd "$(dirname "$0")/.."

with_tests=no
[ "${1:-}" = --tests ] && with_tests=yes

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else fail "root is needed to install packages: $*"; fi; }

apt_updated=no
apt_install() {
  have apt-get || return 1
  if [ "$apt_updated" = no ]; then as_root apt-get update -qq || true; apt_updated=yes; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# --- a C compiler, for the bundled SQLite and for ring ------------------------------------------------------------------------------
have cc || { say "C compiler (Debian's build-essential, about a minute)"; apt_install build-essential || fail "please install a C compiler"; }

# --- Rust and its wasm target ---------------------------------------------------------------------------------------------------------
# rust-toolchain.toml names the version and target. Where rustup's server is out of reach, Debian's packages of the same version stand
# in, linked into rustup under this name.
system_toolchain=latchkey-system

has_wasm() { # does this rustc carry a standard library for wasm?
  local dir; dir=$("$1" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
  compgen -G "$dir/libcore-*.rlib" >/dev/null
}

build_wasm_std() { # Debian ships the sources of std for wasm, not the binaries: compile them once
  say "Standard library for wasm, from source (about a minute)"
  local work; work=$(mktemp -d)
  mkdir -p "$work/src"; : >"$work/src/lib.rs"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
  (cd "$work" && env -u CARGO_TARGET_DIR -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=rust-lld \
    /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort --target wasm32-unknown-unknown)
  local lib=/usr/lib/rustlib/wasm32-unknown-unknown/lib rlib
  as_root mkdir -p "$lib"
  for rlib in "$work"/target/wasm32-unknown-unknown/release/deps/*.rlib; do
    case "$(basename "$rlib")" in libempty-*) ;; *) as_root cp "$rlib" "$lib/" ;; esac
  done
  rm -rf "$work"
}

debian_rust() {
  say "Rust with sources for wasm, from Debian's packages (about three minutes)"
  [ "$apt_updated" = yes ] || { as_root apt-get update -qq || true; apt_updated=yes; }
  local lld; lld=$(apt-cache search '^lld-[0-9]+$' | sort -V | awk 'END { print $1 }')
  apt_install rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web "$lld" || fail "Debian's Rust packages could not be installed"
  has_wasm /usr/bin/rustc || build_wasm_std
  has_wasm /usr/bin/rustc || fail "the wasm target could not be built"
  if have rustup; then
    rustup toolchain list | grep -q "^$system_toolchain" || rustup toolchain link "$system_toolchain" /usr
    rustup override set "$system_toolchain" >/dev/null 2>&1
  fi
}

if ! rustc --version >/dev/null 2>&1 || ! has_wasm rustc || ! cargo clippy --version >/dev/null 2>&1 || ! cargo fmt --version >/dev/null 2>&1; then
  if have rustup && say "Rust as rust-toolchain.toml names it (about a minute)" && timeout 600 rustup toolchain install >/dev/null 2>&1 && has_wasm rustc; then
    :
  elif have apt-get; then
    debian_rust
  else
    fail "please install Rust with rustup (https://rustup.rs) and run this again"
  fi
fi

# --- cargo-leptos and wasm-bindgen ----------------------------------------------------------------------------------------------------
# Built without optimisation: they run for seconds, and the build takes a quarter of the time.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
install_crate() { # name, version
  env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback \
    sh -c 'cargo install --quiet "$1" --version "$2" --locked || cargo install --quiet "$1" --version "$2"' install "$1" "$2"
}

leptos_version=0.3.11
if ! cargo leptos --version 2>/dev/null | grep -q "$leptos_version"; then
  say "cargo-leptos $leptos_version (9 to 11 minutes on two cores)"
  install_crate cargo-leptos "$leptos_version"
fi

bindgen_version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
if ! wasm-bindgen --version 2>/dev/null | grep -q " $bindgen_version"; then
  say "wasm-bindgen-cli $bindgen_version, as in Cargo.lock (5 to 8 minutes on two cores)"
  install_crate wasm-bindgen-cli "$bindgen_version"
fi

# --- Node and the packages it brings: sass, wasm-opt, Playwright ----------------------------------------------------------------------
have npm || { say "Node.js (about a minute)"; apt_install nodejs npm || fail "please install Node.js 20 or newer"; }
if ! cmp -s end2end/package-lock.json end2end/node_modules/.installed-lock; then
  say "Packages of end2end/package-lock.json (under a minute)"
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund)
  cp end2end/package-lock.json end2end/node_modules/.installed-lock
fi

[ "$with_tests" = yes ] || exit 0

# --- only for tests -------------------------------------------------------------------------------------------------------------------
# The browser without windows takes half the time of the other, which serves as well where nothing can be installed.
playwright_browser() { (cd end2end && node -e 'process.exit(require("fs").existsSync(require("@playwright/test").chromium.executablePath()) ? 0 : 1)'); }
can_install() { have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }; }
if ! have chromium-headless-shell && ! playwright_browser && { can_install || ! have chromium; }; then
  say "Chromium without windows (about a minute)"
  apt_install chromium-headless-shell || have chromium || apt_install chromium || (cd end2end && npx playwright install chromium) ||
    fail "please install Chromium"
fi

if ! have initdb && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  say "PostgreSQL (about a minute)"
  apt_install postgresql || fail "please install PostgreSQL 15 or newer"
fi
probe_version=4.32.5
if ! target/schemathesis/bin/schemathesis --version 2>/dev/null | grep -q " $probe_version"; then
  say "Schemathesis $probe_version, which probes the REST API (under a minute)"
  have python3 || apt_install python3 || fail "please install Python 3"
  rm -rf target/schemathesis; mkdir -p target
  python3 -m venv target/schemathesis 2>/dev/null ||
    { rm -rf target/schemathesis; apt_install python3-venv && python3 -m venv target/schemathesis; } || fail "please install Python's venv"
  target/schemathesis/bin/pip install --quiet --disable-pip-version-check "schemathesis==$probe_version"
fi
have curl || apt_install curl || fail "please install curl"
have openssl || apt_install openssl || fail "please install openssl"
