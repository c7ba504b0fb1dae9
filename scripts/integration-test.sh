#!/usr/bin/env bash
# Tests a deployed ledger: the one at EVENTLEDGER_API_URL (with EVENTLEDGER_API_KEY, if it wants one),
# else one that is deployed to a local AWS for the time of the tests. Arguments go to `swift test`.
#
#   scripts/integration-test.sh [--packages FOLDER] [ARGUMENTS]
#
# --packages: the functions' packages for the local cloud; built when left out.
# Against a deployment it runs what any deployment must do; locally also what needs the local
# cloud's control endpoint. Streams that the tests create they delete.
set -euo pipefail
cd "$(dirname "$0")/.."
export EVENTLEDGER_INTEGRATION=1
state=.build/integration-cloud.json
packages=

if [[ ${1:-} == --packages ]]; then
    packages=$2
    shift 2
fi

value() { # name, of the state file
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$state" "$1"
}

stop_cloud() {
    LocalCloud/local-cloud.sh stop --state "$state"
}

run() { # filter, arguments
    swift test --skip-build --filter "$@"
}

swift build --build-tests
if [[ -n ${EVENTLEDGER_API_URL:-} ]]; then
    run 'IntegrationTests\.DeployedTests' "$@"
    exit
fi

if [[ -z $packages ]]; then
    scripts/build-lambda.sh
    packages=.build/lambda
fi
LocalCloud/local-cloud.sh start --state "$state" --packages "$packages"
trap stop_cloud EXIT
EVENTLEDGER_API_URL=$(value api_url)
EVENTLEDGER_API_KEY=$(value api_key)
EVENTLEDGER_CONTROL_URL=$(value control_url)
EVENTLEDGER_LOCAL_AWS_URL=$(value aws_url)
EVENTLEDGER_LOCAL_AWS_REGION=$(value region)
EVENTLEDGER_LOCAL_TABLE=$(value table)
export EVENTLEDGER_API_URL EVENTLEDGER_API_KEY EVENTLEDGER_CONTROL_URL \
    EVENTLEDGER_LOCAL_AWS_URL EVENTLEDGER_LOCAL_AWS_REGION EVENTLEDGER_LOCAL_TABLE
run 'IntegrationTests\.DeployedTests' "$@"
# By itself: it disturbs whoever uses the cloud at the same time.
run 'IntegrationTests\.LocalCloudTests' "$@"
