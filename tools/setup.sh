# Shared by ./run, ./test and .ci/run: what Picket needs from Debian, and how it is built. Sourced, not run.

build_packages="g++ cmake ninja-build ccache mold pkg-config libboost1.81-dev libboost-json1.81-dev libssl-dev libcurl4-openssl-dev
  libsqlite3-dev libjemalloc-dev libsodium-dev libsimdjson-dev libspdlog-dev libfmt-dev libcli11-dev libtomlplusplus-dev libexpected-dev libyaml-cpp-dev
  libyaml-dev libre2-dev zlib1g-dev libzstd-dev libqrencode-dev iso-codes nodejs npm ca-certificates"
# the release build includes its tests, so these belong to the build
test_build_packages="libgtest-dev libgmock-dev librapidcheck-dev"
test_packages="chromium fonts-inter procps openssl curl"
ci_packages="clang libclang-rt-14-dev"

say() { printf '\033[1m%s\033[0m\n' "$*"; }

missing_of() {
  local name status
  for name in "$@"; do
    case "$name" in
      # another Node.js or npm than Debian's serves as well
      nodejs) command -v node >/dev/null && continue ;;
      npm) command -v npm >/dev/null && continue ;;
    esac
    status=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
    [ "$status" = installed ] || printf '%s ' "$name"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else
    say "These packages are missing and sudo is not installed. As root, run:"
    echo "  apt-get install $missing"
    exit 1
  fi
}

# install_missing build|test|ci ...
install_missing() {
  command -v dpkg-query >/dev/null || { say "Picket is built on Debian 12; this system has no dpkg."; exit 1; }
  local group wanted="" missing
  for group in "$@"; do
    case "$group" in
      build) wanted="$wanted $build_packages $test_build_packages" ;;
      test) wanted="$wanted $test_packages" ;;
      ci) wanted="$wanted $ci_packages" ;;
    esac
  done
  missing=$(missing_of $wanted)
  [ -n "$missing" ] || return 0
  say "Installing from Debian: $missing"
  if [ "$(id -u)" -ne 0 ]; then say "Root is needed for that; sudo may ask for your password."; fi
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

# build_release TARGET: configure once, then build what changed. As many compilers at a time as there are processors,
# unless PICKET_JOBS says otherwise; each may take a gigabyte.
build_release() {
  local jobs=${PICKET_JOBS:-$(nproc)}
  if [ ! -x build/release/picket ]; then
    say "Building Picket for the first time: about 15 minutes on two cores and 3 GB of disk. Later builds take seconds."
  fi
  [ -f build/release/build.ninja ] || cmake --preset release
  NINJA_STATUS='[%f/%t %es] ' cmake --build --preset release --target "$1" --parallel "$jobs"
}

# count_tests FILE   the last line of a test run, from ctest's JUnit file
count_tests() {
  number() { sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }
  local all failed skipped
  all=$(number tests "$1") failed=$(number failures "$1") skipped=$(($(number skipped "$1") + $(number disabled "$1")))
  echo "$((all - failed - skipped)) passed, $failed failed, $skipped skipped"
}
