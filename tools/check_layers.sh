#!/usr/bin/env bash
# Holds every #include "module/…" of src/ and connectors/ against the table in cmake/PicketModule.cmake. The build already
# hides headers of modules that are not linked; this also catches what transitive linking would let through.
set -euo pipefail
cd "$(dirname "$0")/.."
table=$(sed -n 's/^set(PICKET_MAY_USE_\([a-z_]*\) "\(.*\)")$/\1 \2/p' cmake/PicketModule.cmake)
bad=$(
  git ls-files 'src/*.h' 'src/*.cc' 'connectors/*.h' 'connectors/*.cc' | while read -r file; do
    case "$file" in
      */tests/*|*/fuzz/*|*/bench/*|*/mocks/*|*/testing/*|connectors/_template/*) continue ;;
      connectors/*/simulator/*) own=simulators; self=$(echo "$file" | cut -d/ -f2)_simulator ;;
      connectors/*) own=connectors; self=$(echo "$file" | cut -d/ -f2) ;;
      src/*) own=$(echo "$file" | cut -d/ -f2); self=$own ;;
    esac
    allowed="$self base obs $(printf '%s\n' "$table" | sed -n "s/^$own //p" | tr ';' ' ')"
    [ "$self" = base ] && allowed=base
    sed -n 's/^#include "\([a-z_0-9]*\)\/.*/\1/p' "$file" | sort -u | while read -r used; do
      case " $allowed " in *" $used "*) ;; *) echo "$file includes \"$used/…\", which module '$own' may not use" ;; esac
    done
  done
)
if [ -n "$bad" ]; then printf '%s\n' "$bad"; exit 1; fi
echo "Layers hold."
