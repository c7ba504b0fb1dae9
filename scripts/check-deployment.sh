#!/usr/bin/env bash
# Deploys to a local AWS with the real recipes, and takes it down again: what was made, that nothing
# is left to change afterwards, and how long each step takes. The functions' packages are empty.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -z ${AWS_ENDPOINT_URL:-} ]]; then
    exec LocalCloud/with-local-aws.sh "scripts/$(basename "$0")" "$@"
fi

environment=${1:-dev}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export EVENTLEDGER_TOFU_DATA=$folder/data TF_VAR_emulated=true TF_VAR_packages=$folder
TF_VAR_root_key_hash=$(head -c 32 /dev/urandom | sha256sum | cut -d ' ' -f 1)
export TF_VAR_root_key_hash
python3 - "$folder" <<'PYTHON'
import sys, zipfile
for function in ("admin", "publish", "poll", "compactor"):
    with zipfile.ZipFile(f"{sys.argv[1]}/{function}.zip", "w") as package:
        package.writestr("bootstrap", "#!/bin/sh\n")
PYTHON

step() { # name, command…
    local name=$1 start=${EPOCHREALTIME//[.,]/} tenths
    shift
    if ! "$@" >"$folder/log" 2>&1; then
        cat "$folder/log" >&2
        echo "deployment: $name: FAILED" >&2
        exit 1
    fi
    tenths=$(((${EPOCHREALTIME//[.,]/} - start) / 100000))
    printf 'deployment: %-34s %4d.%d s\n' "$name" $((tenths / 10)) $((tenths % 10))
}

deployment=scripts/deployment.sh
step "bootstrap-init" $deployment bootstrap-init
step "bootstrap-apply" $deployment bootstrap-apply -auto-approve
step "second plan of the bucket is empty" $deployment bootstrap-plan -detailed-exitcode
step "init $environment" $deployment init "$environment"
step "apply $environment" $deployment apply "$environment" -auto-approve -var deletion_protection=false
grep '^Apply complete' "$folder/log"
step "second plan is empty" $deployment plan "$environment" -detailed-exitcode -var deletion_protection=false
step "output $environment" $deployment output "$environment" -raw api_url
step "destroy $environment" $deployment destroy "$environment" -auto-approve -var deletion_protection=false
grep '^Destroy complete' "$folder/log"
