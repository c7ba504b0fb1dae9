#!/usr/bin/env bash
# Prints the path of a CLI configuration for tofu or terraform, or nothing when none is needed.
#
# A machine without a way to the registry may have a mirror of the providers on its disk that no
# configuration names: this finds it and names it, in .build/tofu. With a configuration of one's own
# (TF_CLI_CONFIG_FILE, ~/.tofurc, ~/.terraformrc), or without a mirror, it does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -n ${TF_CLI_CONFIG_FILE:-} && -e $TF_CLI_CONFIG_FILE ]]; then
    echo "$TF_CLI_CONFIG_FILE"
    exit 0
fi
for own in ~/.tofurc ~/.terraformrc ~/.config/opentofu/tofurc; do
    if [[ -e $own ]]; then exit 0; fi
done

config=$PWD/.build/tofu/cli.tfrc
if [[ ! -e $config ]]; then
    found=$(find / -xdev -maxdepth 6 -type d -path '*/hashicorp/aws' -not -path '*/.terraform/*' \
        -print -quit 2>/dev/null || true)
    mirror=${found%/*/hashicorp/aws}
    # A plug-in cache is laid out alike but holds no zips or versions to rely on: only a folder that
    # names a registry's host is a mirror.
    if [[ -z $found || $(basename "${found%/hashicorp/aws}") != *.* ]]; then exit 0; fi
    mkdir -p "${config%/*}"
    printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" \
        >"$config"
fi
echo "$config"
