#!/usr/bin/env bash
# Runs OpenTofu, or Terraform where there is no OpenTofu; EVENTLEDGER_TOFU names another binary.
# Usage: tofu.sh FOLDER COMMAND [ARGUMENTS]; FOLDER is below tofu/.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

tool=${EVENTLEDGER_TOFU:-}
if [[ -z $tool ]]; then
    tool=$(command -v tofu || command -v terraform || true)
fi
if [[ -z $tool ]]; then
    echo "tofu: install OpenTofu 1.10 or newer: https://opentofu.org/docs/intro/install/" >&2
    exit 1
fi

config=$("$root/scripts/tofu-cli-config.sh")
if [[ -n $config ]]; then
    export TF_CLI_CONFIG_FILE=$config
fi
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
# One copy of the provider for all folders; the lock files that this could upset are not tracked.
export TF_PLUGIN_CACHE_DIR=${TF_PLUGIN_CACHE_DIR:-$root/.build/tofu/plugins}
export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1
mkdir -p "$TF_PLUGIN_CACHE_DIR"
folder=$1
shift
exec "$tool" -chdir="$root/tofu/$folder" "$@"
