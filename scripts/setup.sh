#!/usr/bin/env bash
# Checks for what the build needs from the system; installs missing packages where apt can.
set -euo pipefail

libraries=(libsqlite3-dev libzstd-dev zlib1g-dev libssl-dev libcurl4-openssl-dev)
missing=()

for tool in git curl python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)

if command -v dpkg-query >/dev/null; then
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${libraries[@]}" 2>/dev/null || true)
    for library in "${libraries[@]}"; do
        grep -q "^ii  *$library\$" <<<"$installed" || missing+=("$library")
    done
elif [ "$(uname)" = Linux ]; then
    echo "setup: not a Debian system, so these are not checked: ${libraries[*]}" >&2
fi

if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: missing packages: ${missing[*]}" >&2
    sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    if ! command -v apt-get >/dev/null || ! command -v "${sudo[@]:-true}" >/dev/null; then
        echo "setup: install them with this system's package manager, then try again" >&2
        exit 1
    fi
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"
fi

if ! command -v swift >/dev/null; then
    echo "setup: swift is missing: install a Swift 6.2 or newer toolchain (swift.org/install)" >&2
    exit 1
fi
