#!/usr/bin/env bash
# Deploys to a local AWS with the real recipes, and takes it down again: what was made, that nothing
# is left to change afterwards, that what release 0.1.0 deployed is only moved, and how long each step
# takes. With webhooks, so that it is all there is. The functions' packages are empty.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -z ${AWS_ENDPOINT_URL:-} ]]; then
    exec LocalCloud/with-local-aws.sh "scripts/$(basename "$0")" "$@"
fi

environment=${1:-dev}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export EVENTLEDGER_TOFU_DATA=$folder/data TF_VAR_emulated=true TF_VAR_packages=$folder
export TF_VAR_webhooks=true
TF_VAR_root_key_hash=$(head -c 32 /dev/urandom | sha256sum | cut -d ' ' -f 1)
export TF_VAR_root_key_hash
python3 - "$folder" <<'PYTHON'
import sys, zipfile
for function in ("admin", "publish", "poll", "compactor", "push"):
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

# Puts everything where release 0.1.0 had it, for which nothing but the state changes.
move_back() { # environment
    local module
    for module in table functions api observability; do
        TF_DATA_DIR=$EVENTLEDGER_TOFU_DATA/$1 scripts/tofu.sh "environments/$1" \
            state mv "module.ledger.module.$module" "module.$module" || return
    done
}

apply_moves_only() { # environment
    local said
    said=$($deployment apply "$1" -auto-approve -var deletion_protection=false) || return
    printf '%s\n' "$said"
    grep -q '^Apply complete! Resources: 0 added, 0 changed, 0 destroyed' <<<"$said"
}

deployment=scripts/deployment.sh
step "bootstrap-init" $deployment bootstrap-init
step "bootstrap-apply" $deployment bootstrap-apply -auto-approve
step "second plan of the bucket is empty" $deployment bootstrap-plan -detailed-exitcode
step "init $environment" $deployment init "$environment"
step "apply $environment" $deployment apply "$environment" -auto-approve -var deletion_protection=false
grep '^Apply complete' "$folder/log"
step "second plan is empty" $deployment plan "$environment" -detailed-exitcode -var deletion_protection=false
step "back to the addresses of 0.1.0" move_back "$environment"
step "apply only moves it" apply_moves_only "$environment"
step "third plan is empty" $deployment plan "$environment" -detailed-exitcode -var deletion_protection=false
step "output $environment" $deployment output "$environment" -raw api_url
step "destroy $environment" $deployment destroy "$environment" -auto-approve -var deletion_protection=false
grep '^Destroy complete' "$folder/log"
