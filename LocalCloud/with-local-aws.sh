#!/usr/bin/env bash
# Runs a command against a local AWS (moto) of its own, reached by environment variables alone.
# Usage: with-local-aws.sh COMMAND [ARGUMENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/tools.sh

exec {output}< <(exec .tools/venv/bin/python LocalCloud/moto-server.py)
moto=$!
trap 'kill "$moto" 2>/dev/null || true' EXIT
read -r ready <&"$output"
export AWS_ENDPOINT_URL=${ready#moto ready: }
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
export AWS_REGION=${AWS_REGION:-us-east-1}
export AWS_DEFAULT_REGION=$AWS_REGION
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_DEFAULT_PROFILE
"$@"
