#!/usr/bin/env bash
# Sets the machine up and builds the release executable, and says how far it is: scripts/build.sh STEPS,
# of which these are the first two. What the compiler itself prints counts what is left of its step.
set -euo pipefail
cd "$(dirname "$0")/.."

steps=$1

step() { # number, text
    printf 'eventledger: step %d of %d: %s\n' "$1" "$steps" "$2" >&2
}

step 1 "system packages, a minute if any are missing"
scripts/setup.sh
binary="$(swift build --configuration release --show-bin-path)/eventledger"
if [[ -x $binary ]]; then
    step 2 "compile what has changed, seconds if nothing has"
else
    step 2 "fetch and compile, once; about three minutes on two cores"
fi
swift build --configuration release --static-swift-stdlib --product eventledger
"$binary" version >&2
