#!/usr/bin/env bash
# Changes on purpose what else never changes by itself: the versions that a build and its checks take.
#
#   update-tools.sh                     write scripts/requirements*.txt anew from the .in files, with
#                                       the newest versions of what those do not name
#   update-tools.sh --keep              the same, keeping every version that still fits
#   update-tools.sh provider VERSION    the AWS provider of every folder of tofu/
#   update-tools.sh package NAME VERSION    a Swift package of Package.swift
#
# The tests, `just tf-test` and `just tf-apply-test` say whether the new ones will do.
set -euo pipefail
cd "$(dirname "$0")/.."

# Resolves for every system at once, and writes hashes.
uv_version=0.13.9
oldest_python=3.11.5

fail() {
    echo "update-tools: $1" >&2
    exit 1
}

replace() { # expression, files…
    local expression=$1 file
    shift
    for file in "$@"; do
        sed -E "$expression" "$file" >"$file.new"
        cat "$file.new" >"$file"
        rm "$file.new"
    done
}

check_version() {
    [[ ${1:-} =~ ^[0-9]+(\.[0-9]+)+$ ]] || fail "a version looks like 1.2.3"
}

requirements() { # options of uv…
    local folder=.tools/uv name
    if [[ ! -e $folder/$uv_version ]]; then
        rm -rf "$folder"
        python3 -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
        touch "$folder/$uv_version"
    fi
    for name in requirements requirements-checkov requirements-just; do
        UV_PYTHON_DOWNLOADS=never "$folder/bin/uv" pip compile "scripts/$name.in" \
            --output-file "scripts/$name.txt" --universal --python-version "$oldest_python" \
            --generate-hashes --no-annotate --no-header --quiet "$@"
        {
            echo "# Written by \`just update-tools\` from $name.in: pip takes these versions and files only."
            cat "scripts/$name.txt"
        } >"scripts/$name.new"
        mv "scripts/$name.new" "scripts/$name.txt"
    done
}

provider() { # version
    check_version "$1"
    replace "/hashicorp\/aws/{n;s/= [0-9.]+\"/= $1\"/;}" tofu/bootstrap/versions.tf \
        tofu/modules/*/versions.tf tofu/environments/*/versions.tf
}

package() { # name, version
    check_version "$2"
    grep -q "/$1\", exact:" Package.swift || fail "Package.swift has no $1"
    replace "s|(/$1\", exact: )\"[^\"]*\"|\1\"$2\"|" Package.swift
    replace "s|(name: \"$1\", version: )\"[^\"]*\"|\1\"$2\"|" CLI/LinkedVersions.swift
}

case ${1:-} in
'') requirements --upgrade ;;
--keep) requirements ;;
provider) provider "${2:-}" ;;
package) package "${2:-}" "${3:-}" ;;
*) fail "what? The head of scripts/update-tools.sh says what there is" ;;
esac
