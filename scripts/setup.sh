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
# A linked toolchain of the system's own packages is called this in rustup.
system_toolchain=latchkey-system

has_wasm() { # does this rustc carry a standard library for wasm?
  local dir; dir=$("$@" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
  compgen -G "$dir/libcore-*.rlib" >/dev/null
}

build_wasm_std() { # Debian ships the sources of std for wasm, not the binaries: compile them once
  local work; work=$(mktemp -d)
  cargo_version=$(/usr/bin/cargo --version)
  say "Standard library for wasm, from source with $cargo_version (about a minute)"
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

if ! has_wasm rustc; then
  if have rustup && timeout 120 rustup target add wasm32-unknown-unknown >/dev/null 2>&1; then
    say "Rust target wasm32-unknown-unknown added"
  elif have apt-get; then
    if ! [ -x /usr/bin/rustc ] || ! [ -d /usr/lib/rustlib/wasm32-unknown-unknown ] || ! [ -x /usr/bin/cargo ] || ! have rust-lld && ! [ -x /usr/bin/rust-lld ]; then
      say "Rust toolchain with sources for wasm, from Debian's packages (about two minutes)"
      lld=$(apt-cache search '^lld-[0-9]+$' | sort -V | awk 'END { print $1 }')
      if [ -z "$lld" ]; then as_root apt-get update -qq; apt_updated=yes; lld=$(apt-cache search '^lld-[0-9]+$' | sort -V | awk 'END { print $1 }'); fi
      apt_install rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web "$lld" || fail "Debian's Rust packages could not be installed"
    fi
    has_wasm /usr/bin/rustc || build_wasm_std
    has_wasm /usr/bin/rustc || fail "the wasm target could not be built"
    if have rustup; then
      rustup toolchain list | grep -q "^$system_toolchain" || rustup toolchain link "$system_toolchain" /usr
      rustup override set "$system_toolchain" >/dev/null 2>&1
    fi
  else
    fail "please install Rust with the target wasm32-unknown-unknown (rustup target add wasm32-unknown-unknown)"
  fi
fi
