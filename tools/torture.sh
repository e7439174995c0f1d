#!/usr/bin/env bash
# tools/torture.sh KILLS [extra arguments of tests/torture/torture.mjs]
set -euo pipefail
cd "$(dirname "$0")/.."
kills=${1:-200}; shift || true
cmake --preset torture >/dev/null
cmake --build --preset torture --parallel "${PICKET_JOBS:-$(nproc)}" --target picket
exec node tests/torture/torture.mjs --program build/torture/picket --kills "$kills" "$@"
