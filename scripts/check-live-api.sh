#!/usr/bin/env bash
# Holds the answers of the server at EVENTLEDGER_URL against its OpenAPI document.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$folder/schema-python.sh" "$folder/check-live-api.py" "${1:-$EVENTLEDGER_URL}"
