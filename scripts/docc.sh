#!/usr/bin/env bash
# Builds the documentation of the public libraries with the toolchain's own DocC; a warning is an error.
# With a folder as argument the archives stay there.
set -euo pipefail
cd "$(dirname "$0")/.."

archives=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
libraries=(RawJSON LedgerBytes LedgerCore LedgerClient)

for library in "${libraries[@]}"; do
    swift build --quiet --target "$library"
done
build=$(swift build --show-bin-path)
triple=$(swift -print-target-info | sed -n 's/.*"triple": "\([^"]*\)".*/\1/p' | head -n 1)
maps=()
for map in "$build"/C*.build/module.modulemap; do
    maps+=(-Xcc "-fmodule-map-file=$map")
done

for library in "${libraries[@]}"; do
    symbols=$work/$library
    mkdir "$symbols"
    swift symbolgraph-extract -module-name "$library" -I "$build/Modules" -target "$triple" \
        -minimum-access-level public -output-dir "$symbols" "${maps[@]}"
    docc convert --additional-symbol-graph-dir "$symbols" --warnings-as-errors \
        --fallback-display-name "$library" --fallback-bundle-identifier "$library" \
        --output-path "${archives:-$work}/$library.doccarchive"
done
