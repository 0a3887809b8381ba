#!/usr/bin/env bash
# Everything there is to find out on a machine with a GPU, in ten minutes, without a network:
#   tests/gpu/all.sh [--pack FILE] [--dry-run] [--help]
# Writes summary.txt and summary.json to $OUT (build/gpu-report). See README.md here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 >/dev/null || {
  echo "all.sh: python3 is missing: it runs the stages" >&2
  exit 3
}
exec python3 "$here/stages.py" "$@"
