#!/usr/bin/env bash
# tools/bench.sh [ROW...]   builds for release and prints each figure beside its yardstick (bench/README.md)
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh
install_missing build
command -v python3 >/dev/null || { say "The careful script among the yardsticks needs python3: apt-get install python3"; exit 1; }
build_release all
node bench/run.mjs "$@"
