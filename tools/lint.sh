#!/usr/bin/env bash
# Formatting, layers, shell syntax, and clang-tidy over what changed (or everything with --all).
set -euo pipefail
cd "$(dirname "$0")/.."
tools/check_layers.sh
bash -n run test .ci/run tools/*.sh
git ls-files '*.cc' '*.h' | xargs clang-format --dry-run --Werror
[ -f build/dev/compile_commands.json ] || cmake --preset dev >/dev/null
if [ "${1:-}" = --all ]; then files=$(git ls-files 'src/*.cc' 'app/*.cc' 'connectors/*.cc' | grep -v '/tests/\|/fuzz/\|_template')
else files=$(git diff --name-only --diff-filter=d main -- '*.cc'); fi
[ -z "$files" ] || clang-tidy -p build/dev --quiet $files
