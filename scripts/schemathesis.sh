#!/usr/bin/env bash
# Sends a running server generated requests, right and wrong ones, and checks every answer against
# the description it serves: scripts/schemathesis.sh [URL], or the one at EVENTLEDGER_URL.
#
# It creates and deletes streams as it pleases: for servers of its own only.
#
# EVENTLEDGER_SEED     repeats a run; the seed is printed
# EVENTLEDGER_SECONDS  how long to go on; 60 by default
# EVENTLEDGER_API_KEY  sent along when set
set -euo pipefail
cd "$(dirname "$0")/.."

url=${1:-${EVENTLEDGER_URL:?the URL of a running server}}
seed=${EVENTLEDGER_SEED:-$RANDOM}
echo "schemathesis: EVENTLEDGER_SEED=$seed"

key=()
if [[ -n ${EVENTLEDGER_API_KEY:-} ]]; then
    key=(--header "Authorization: Bearer $EVENTLEDGER_API_KEY")
fi

# Whether a request should have been accepted is the API suite's business: the ledger has rules that
# a schema cannot say.
checks=not_a_server_error,status_code_conformance,content_type_conformance
checks+=,response_headers_conformance,response_schema_conformance

PYTHONPATH=scripts SCHEMATHESIS_HOOKS=schemathesis_hooks PYTHONDONTWRITEBYTECODE=1 \
    exec .tools/venv/bin/schemathesis run "$url/openapi.json" --checks "$checks" \
    --phases examples,coverage,fuzzing,stateful --max-time "${EVENTLEDGER_SECONDS:-60}" \
    --continue-on-failure --seed "$seed" --generation-database none --workers 1 \
    --request-timeout 30 --warnings off --no-color "${key[@]}"
