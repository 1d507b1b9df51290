#!/usr/bin/env bash
# The release archive: the binary (pages, templates and migrations inside), the licences, the manual and the bill of materials, with
# checksums.
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH="$PWD/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
scripts/build-solver.sh
cargo leptos build --release --precompress

version=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"name":"server","version":"\([^"]*\)".*/\1/')
target=$(rustc -vV | awk '/^host:/ { print $2 }')
name="latchkey-$version-$target"
rm -rf "dist/$name"
mkdir -p "dist/$name/docs"
cp "${CARGO_TARGET_DIR:-target}/dist/latchkey" LICENSE-APACHE LICENSE-MIT README.md "dist/$name/"
cp -R docs/. "dist/$name/docs/"
scripts/sbom.py "$target" > "dist/$name/latchkey.cdx.json"
tar -C dist -czf "dist/$name.tar.gz" "$name"
rm -rf "dist/$name"
(cd dist && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")
