#!/usr/bin/env bash
# Installs the system packages that the build needs and that are missing, through apt where there
# is apt; elsewhere lists them. Needs well under a second when nothing is missing.
#
#   scripts/setup.sh [--lambda]
#
# --lambda: also what only the functions' packages need.
set -euo pipefail

missing=()
for_lambda=$([[ ${1:-} == --lambda ]] && echo yes || echo no)

need_command() { # command, package
    command -v "$1" >/dev/null 2>&1 || missing+=("$2")
}

need_library() { # pkg-config's name, package
    pkg-config --exists "$1" 2>/dev/null || missing+=("$2")
}

find_missing() {
    missing=()
    need_command git git
    need_command curl curl
    need_command openssl openssl
    need_command python3 python3
    need_command pkg-config pkg-config
    need_command ps procps
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing+=(python3-venv)
    need_library sqlite3 libsqlite3-dev
    need_library libzstd libzstd-dev
    need_library zlib zlib1g-dev
    need_library openssl libssl-dev
    need_library libcurl libcurl4-openssl-dev
    if [[ $for_lambda == yes ]]; then
        need_command make make
        need_command dpkg-source dpkg-dev
    fi
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

can_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null 2>&1
}

if ! command -v swift >/dev/null 2>&1; then
    echo "setup: Swift 6.2 or newer is needed: https://www.swift.org/install/" >&2
    exit 1
fi

find_missing
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi
if ! can_install; then
    echo "setup: please install these packages (Debian's names): ${missing[*]}" >&2
    exit 1
fi

echo "setup: installing ${missing[*]}" >&2
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"

find_missing
if [[ ${#missing[@]} -ne 0 ]]; then
    echo "setup: still missing after the installation: ${missing[*]}" >&2
    exit 1
fi
