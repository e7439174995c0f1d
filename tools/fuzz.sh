#!/usr/bin/env bash
# tools/fuzz.sh SECONDS   builds every fuzzer and runs each that long on its corpus; a crash fails and is kept in out/fuzz
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
jobs=${PICKET_JOBS:-$(nproc)}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel "$jobs" --target fuzzers
mkdir -p out/fuzz
run_one() {
  local program=$1 corpus=$2 seconds=$3 name scratch
  name=$(basename "$program")
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$corpus"
  if ! "$program" -max_total_time="$seconds" -timeout=15 -rss_limit_mb=3000 -artifact_prefix="out/fuzz/$name-" "$scratch" "$corpus" >"out/fuzz/$name.log" 2>&1; then
    tail -n 40 "out/fuzz/$name.log"
    echo "$name: FAILED, input in out/fuzz"
    return 1
  fi
  echo "$name: $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second(s)$/\1 runs in \2 s/p' "out/fuzz/$name.log"), no finding"
}
export -f run_one
# shellcheck disable=SC2016
sed '/^$/d' build/fuzz/fuzzers.txt | xargs -P "$jobs" -L 1 bash -c 'run_one "$0" "$1" '"$seconds"
