#!/usr/bin/env bash
# tools/console_packages.sh [NPM]   installs the console's npm packages, unless those of this package-lock.json lie there
# already. The one step that needs npm's network; ./run --setup and the build share it.
set -euo pipefail
cd "$(dirname "$0")/../web"
npm=${1:-npm}
stamp=node_modules/.picket-installed
wanted=$(sha256sum package-lock.json package.json)
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  touch "$stamp"  # for ninja, which compares times
  exit 0
fi
printf 'Installing the console'\''s packages (npm)\n'
CI=1 NO_UPDATE_NOTIFIER=1 "$npm" ci --ignore-scripts --no-audit --no-fund
printf '%s\n' "$wanted" > "$stamp"
