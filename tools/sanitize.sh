#!/usr/bin/env bash
# tools/sanitize.sh quick   ASan and UBSan (clang) over the modules that read foreign bytes or keep data: part of CI
# tools/sanitize.sh all     every test under ASan/UBSan (g++) and the threaded ones under TSan
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${PICKET_JOBS:-$(nproc)}
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
tests_of() { local m; for m in "$@"; do [ -e "build/$preset/build.ninja" ] && ninja -C "build/$preset" -t targets all | sed -n "s/^\(${m}_tests\): phony$/\1/p"; done; }
run() {
  preset=$1; shift
  cmake --preset "$preset" >/dev/null
  local targets; targets=$(tests_of "$@")
  cmake --build --preset "$preset" --parallel "$jobs" --target $targets
  local regex; regex=$(printf '|%s' "$@")
  ctest --test-dir "build/$preset" --output-on-failure -j "$jobs" -R "^(${regex#|})\." --no-tests=error
}
case "${1:-quick}" in
  quick) run fuzz codec connector detect onepassword ingest store watch contract ;;
  all)
    run asan base obs runtime codec crypto sql http_client control store contract connector detect watch onepassword onepassword_simulator fleet ingest http_server api
    run tsan runtime http_client control store contract ingest http_server ;;
  *) echo "usage: tools/sanitize.sh quick|all" >&2; exit 2 ;;
esac
