#!/usr/bin/env bash
# What is too long for every change: every picture of every screen and of the gallery, all sanitizers, two minutes a fuzzer, a thousand kills, every planted bug.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh
install_missing build test ci
build_release all
PICKET_PROGRAM=build/release/picket PICKET_EVERY=1 node --test tests/e2e/gallery.mjs
PICKET_PROGRAM=build/release/picket PICKET_EVERY=1 node --test tests/e2e/screens.mjs
tools/sanitize.sh all
tools/fuzz.sh 120
tools/torture.sh "${PICKET_KILLS:-1000}" --detections
tools/torture.sh 0 --planted all --detections
