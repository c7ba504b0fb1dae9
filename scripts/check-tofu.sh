#!/usr/bin/env bash
# Checks everything in tofu/ that needs no AWS, nor a local one: layout, validity, the tests of every
# module, and checkov's rules. Runs all of it, then fails if something failed.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/tools.sh checkov

# Beside the folders' own data, so that a connected environment stays connected.
data=$PWD/.build/tofu/check
failed=()

run() { # name, command…
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "tofu: $name: ok"
    else
        printf '%s\n' "$output" >&2
        echo "tofu: $name: FAILED" >&2
        failed+=("$name")
    fi
}

check_folder() { # folder below tofu/
    export TF_DATA_DIR=$data/$1
    scripts/tofu.sh "$1" init -backend=false -input=false -no-color &&
        scripts/tofu.sh "$1" validate -no-color &&
        scripts/tofu.sh "$1" test -no-color
}

run "layout" scripts/tofu.sh . fmt -check -recursive -diff
for folder in tofu/bootstrap tofu/modules/* tofu/environments/*; do
    run "${folder#tofu/}" check_folder "${folder#tofu/}"
done
run "checkov" .tools/checkov/bin/checkov --directory tofu --framework terraform --skip-download \
    --quiet --compact

if [[ ${#failed[@]} -ne 0 ]]; then
    echo "tofu: failed: ${failed[*]}" >&2
    exit 1
fi
