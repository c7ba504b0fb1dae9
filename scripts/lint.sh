#!/usr/bin/env bash
# Every check that runs no test. Runs all of them, then fails if one failed.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()

run() { # name, command…
    local name=$1
    shift
    if "$@"; then
        echo "lint: $name: ok"
    else
        echo "lint: $name: FAILED" >&2
        failed+=("$name")
    fi
}

swift_format() {
    scripts/swift-files.sh | xargs -0 swift format lint --strict
}

shell_scripts() {
    local files=()
    local file
    while IFS= read -r file; do
        if [[ $(head -c 19 "$file") == '#!/usr/bin/env bash' ]]; then
            files+=("$file")
        fi
    done < <(git ls-files --cached --others --exclude-standard -- \
        justw .ci scripts Benchmarks LocalCloud tofu)
    .tools/venv/bin/shellcheck "${files[@]}"
}

scripts/tools.sh
run "Swift format" swift_format
run "shell scripts" shell_scripts
run "OpenAPI bundle" scripts/build-openapi.py --check
run "schemas" .tools/venv/bin/python scripts/validate-schemas.py
run "cost tables" .tools/venv/bin/python Benchmarks/cost/cost.py --check
run "documentation of the libraries" scripts/docc.sh
run "project rules" python3 scripts/project-rules.py

if [[ ${#failed[@]} -ne 0 ]]; then
    echo "lint: failed: ${failed[*]}" >&2
    exit 1
fi
