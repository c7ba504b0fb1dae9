#!/usr/bin/env bash
# Builds the functions' packages: .build/lambda/{admin,publish,poll,compactor,push}.zip, each with
# one file, the fully static executable `bootstrap`. They need no layer and nothing of the system they
# run on (the runtime is provided.al2023). Prints what is linked into them.
#
#   scripts/build-lambda.sh [--arch x86_64|arm64]
#
# --arch: this machine's by default. Another one, or any on a system that is not Debian's kind, is
# built by this script in a container, which needs a Docker that can run it.
set -euo pipefail
cd "$(dirname "$0")/.."

functions=(admin publish poll compactor push)
image=${EVENTLEDGER_BUILD_IMAGE:-swift:6.3.1-bookworm}

fail() {
    echo "build-lambda: $1" >&2
    exit 1
}

here() { # this machine's architecture, as Lambda calls it
    local machine
    machine=$(uname -m)
    echo "${machine/aarch64/arm64}"
}

arch=$(here)
while [[ $# -gt 0 ]]; do
    case $1 in
        --arch)
            arch=${2:-}
            shift 2 || fail "--arch needs a value"
            ;;
        *) fail "unknown argument: $1" ;;
    esac
done
[[ $arch == x86_64 || $arch == arm64 ]] || fail "--arch must be x86_64 or arm64"

can_build_here() {
    [[ $(uname -s) == Linux && $arch == "$(here)" ]] && command -v dpkg-query >/dev/null 2>&1
}

in_container() {
    command -v docker >/dev/null 2>&1 || fail "$arch needs a container here, and there is no docker"
    local platform=${arch/x86_64/amd64}
    exec docker run --rm --platform "linux/$platform" --volume "$PWD:/eventledger" \
        --workdir /eventledger "$image" scripts/build-lambda.sh --arch "$arch"
}

# One after the other: what they share, which is nearly everything, is compiled once.
build() {
    local function
    for function in "${functions[@]}"; do
        swift build --configuration release --static-swift-stdlib --scratch-path "$scratch" \
            --product "$function"
    done
}

pack() {
    local function binaries
    binaries=$(swift build --configuration release --scratch-path "$scratch" --show-bin-path)
    for function in "${functions[@]}"; do
        python3 scripts/pack-lambda.py "$binaries/$function" ".build/lambda/$function.zip"
    done
}

versions() {
    swift --version 2>/dev/null | head -n 1
    dpkg-query --show --showformat '${source:Package} ${source:Version}\n' \
        libcurl4-openssl-dev libssl-dev zlib1g-dev libzstd-dev libc6-dev
}

can_build_here || in_container
scripts/setup.sh --lambda
scratch=.build/functions/$arch
EVENTLEDGER_STATIC_CURL=$(scripts/static-curl.sh)
export EVENTLEDGER_STATIC_CURL
build
pack
echo "linked into them:"
versions | sed 's/^/  /'
