#!/usr/bin/env bash
# Prints the path of a CLI configuration for tofu or terraform, or nothing when the tool finds one
# by itself.
#
# A Linux machine without a way to the registry may have a mirror of the providers on its disk that no
# configuration names: this looks for it once and names it, in .build/tofu. With a configuration of
# one's own (TF_CLI_CONFIG_FILE, ~/.tofurc, ~/.terraformrc), or without a mirror, nothing changes.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -n ${TF_CLI_CONFIG_FILE:-} && -e $TF_CLI_CONFIG_FILE ]]; then
    echo "$TF_CLI_CONFIG_FILE"
    exit 0
fi
for own in ~/.tofurc ~/.terraformrc ~/.config/opentofu/tofurc; do
    if [[ -e $own ]]; then exit 0; fi
done

# The first folder REGISTRY/hashicorp/aws that is no tool's cache; a registry's name has a dot.
find_providers() {
    find / -xdev -maxdepth 6 -type d -path '*.*/hashicorp/aws' -not -path '*/.*' -print -quit \
        2>/dev/null || true
}

# Takes the registry's providers from the mirror, and those of other registries from there.
write_config() { # folder REGISTRY/hashicorp/aws
    local registry=${1%/hashicorp/aws}
    registry=${registry##*/}
    cat <<CONFIG
provider_installation {
  filesystem_mirror {
    path    = "${1%/*/hashicorp/aws}"
    include = ["$registry/*/*"]
  }
  direct {
    exclude = ["$registry/*/*"]
  }
}
CONFIG
}

if [[ $(uname -s) != Linux ]]; then exit 0; fi

config=$PWD/.build/tofu/cli.tfrc
if [[ ! -e $config ]]; then
    mkdir -p "${config%/*}"
    providers=$(find_providers)
    if [[ -n $providers ]]; then write_config "$providers"; fi >"$config.$$"
    mv "$config.$$" "$config"
fi
echo "$config"
