#!/usr/bin/env bash
# The project deployed to a local AWS, served on loopback: LocalCloud/README.md.
#
#   local-cloud.sh run                 serves until Ctrl-C
#   local-cloud.sh start --state FILE  serves in the background; FILE holds the addresses as JSON
#   local-cloud.sh stop --state FILE   ends what start began
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/scripts/tools.sh"
PYTHONPATH=$root/LocalCloud exec "$root/.tools/venv/bin/python" -m local_cloud "$@"
