#!/usr/bin/env bash
# Runs every test; with arguments, those that `swift test` then runs.
#
# The attacks on a server and the storage faults come after the others and one after the other: they
# take the machine from tests that measure time.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -gt 0 ]]; then
    exec swift test --skip-build "$@"
fi
apart=(AbuseTests StorageFaultTests StatelessTests)
skip=()
for suite in "${apart[@]}"; do skip+=(--skip "$suite"); done
swift test --skip-build "${skip[@]}"
for suite in "${apart[@]}"; do swift test --skip-build --filter "$suite"; done
