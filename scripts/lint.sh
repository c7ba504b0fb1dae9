#!/usr/bin/env bash
# Checks formatting, schemas and scripts; changes nothing.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
failed=0

check() {
    local name=$1
    shift
    if "$@"; then
        echo "ok      $name"
    else
        echo "FAILED  $name" >&2
        failed=1
    fi
}

swift_format() {
    # OpenAPIDocument.swift is generated.
    git ls-files -z '*.swift' ':!schemas/OpenAPIDocument.swift' |
        xargs -0 swift format lint --strict --parallel
}

bash_syntax() {
    local script
    for script in justw .ci/run $(git ls-files '*.sh'); do
        bash -n "$script" || return
    done
}

python_syntax() {
    git ls-files -z '*.py' | xargs -0 -n 1 python3 -c \
        'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])'
}

check "swift format" swift_format
check "openapi.json is up to date" scripts/build-openapi.py --check
check "schemas and their examples" scripts/schema-python.sh scripts/validate-schemas.py
check "bash syntax" bash_syntax
check "python syntax" python_syntax
exit $failed
