#!/usr/bin/env bash
# Deploys with OpenTofu or Terraform; the recipes of the justfile call it (docs/deploy.md).
#
#   deployment.sh bootstrap-init            prepare the folder of the state bucket
#   deployment.sh bootstrap-apply           make the state bucket; also bootstrap-plan, -destroy
#   deployment.sh init ENVIRONMENT          connect an environment (dev, prod) to its state
#   deployment.sh apply|plan|output|destroy ENVIRONMENT
#
# Further arguments go to the tool.
#
#   AWS_REGION, AWS_DEFAULT_REGION    where to deploy; else what `aws configure` says
#   EVENTLEDGER_STATE_BUCKET          for init, where the bucket was made from another clone
#   EVENTLEDGER_TOFU_DATA             a folder for what is kept beside the configuration otherwise,
#                                     so that a trial does not touch a real deployment's files
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
    echo "deployment: $1" >&2
    exit 1
}

region() {
    local region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}
    if [[ -z $region ]] && command -v aws >/dev/null; then
        region=$(aws configure get region || true)
    fi
    [[ -n $region ]] || fail "which region? Set AWS_REGION, or run: aws configure"
    echo "$region"
}

data=
bootstrap_state=$root/tofu/bootstrap/terraform.tfstate
if [[ -n ${EVENTLEDGER_TOFU_DATA:-} ]]; then
    mkdir -p "$EVENTLEDGER_TOFU_DATA"
    data=$(cd "$EVENTLEDGER_TOFU_DATA" && pwd)
    bootstrap_state=$data/bootstrap.tfstate
fi

# Runs the tool in a folder of tofu/, with the folder's data where EVENTLEDGER_TOFU_DATA says.
tofu() { # folder, arguments…
    if [[ -n $data ]]; then
        TF_DATA_DIR=$data/$(basename "$1") "$root/scripts/tofu.sh" "$@"
    else
        "$root/scripts/tofu.sh" "$@"
    fi
}

# The region that an environment was connected in: what is deployed stays there, whatever the
# variables of today's shell say.
environment_region() { # environment
    local known
    known=$(tofu "environments/$1" output -raw region 2>/dev/null || true)
    if [[ $known =~ ^[a-z0-9-]+$ ]]; then echo "$known"; else region; fi
}

check_environment() {
    [[ -n $1 && -d $root/tofu/environments/$1 ]] ||
        fail "which environment? $(cd "$root/tofu/environments" && echo *)"
}

# What init leaves behind; without it the tool only says that there are no outputs.
check_connected() { # environment
    local folder=${data:+$data/$1}
    folder=${folder:-${TF_DATA_DIR:-$root/tofu/environments/$1/.terraform}}
    [[ -e $folder/terraform.tfstate ]] ||
        fail "$1 is not connected to its state yet; first: just tf-init $1"
}

init() { # environment, arguments…
    local environment=$1 bucket=${EVENTLEDGER_STATE_BUCKET:-} region
    shift
    if [[ -n $bucket ]]; then
        region=$(region)
    else
        bucket=$(tofu bootstrap output -raw bucket 2>/dev/null) && [[ $bucket =~ ^[a-z0-9.-]+$ ]] ||
            fail "no state bucket: just bootstrap-init && just bootstrap-apply, or set EVENTLEDGER_STATE_BUCKET"
        region=$(tofu bootstrap output -raw region)
    fi
    tofu "environments/$environment" init -input=false \
        -backend-config="bucket=$bucket" \
        -backend-config="key=eventledger/$environment.tfstate" \
        -backend-config="region=$region" "$@"
}

# Everything before the table would be gone already when AWS refuses to delete the table.
check_unprotected() { # environment
    if [[ $(tofu "environments/$1" output -raw deletion_protection 2>/dev/null) == true ]]; then
        fail "the table is protected; first: just deploy $1 -var deletion_protection=false"
    fi
}

command=${1:-}
shift || true
case $command in
bootstrap-init)
    tofu bootstrap init -input=false -backend-config="path=$bootstrap_state" "$@"
    ;;
bootstrap-apply | bootstrap-plan | bootstrap-destroy)
    region=$(region)
    tofu bootstrap "${command#bootstrap-}" -var "region=$region" "$@"
    ;;
init | apply | plan | output | destroy)
    environment=${1:-}
    check_environment "$environment"
    shift
    case $command in
    init) init "$environment" "$@" ;;
    output)
        check_connected "$environment"
        tofu "environments/$environment" output "$@"
        ;;
    *)
        if [[ $command == destroy ]]; then check_unprotected "$environment"; fi
        region=$(environment_region "$environment")
        tofu "environments/$environment" "$command" -var "region=$region" "$@"
        ;;
    esac
    ;;
*)
    sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p' >&2
    exit 2
    ;;
esac
