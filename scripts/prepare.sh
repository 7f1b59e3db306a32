# shellcheck shell=bash
# Sourced by the other scripts: checks Node, installs npm's packages and builds, each only where something
# changed, and says nothing unless it fails or VERBOSE=1. Expects $root, the top of the repository.

: "${root:?}"
readonly EX_UNAVAILABLE=69 # of sysexits.h: something that this needs is not there

complain() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# need_node: Node >= 20.19 and npm, or a line that says so and exit 69.
need_node() {
  local version major rest
  version=$(node --version 2>/dev/null) || version=
  major=${version#v}
  rest=${major#*.}
  major=${major%%.*}
  if [ "${major:-0}" -lt 20 ] || { [ "$major" -eq 20 ] && [ "${rest%%.*}" -lt 19 ]; }; then
    complain "Node.js 20.19 or newer is needed, found ${version:-none}"
    exit "$EX_UNAVAILABLE"
  fi
  if ! command -v npm >/dev/null; then
    complain 'npm is needed, found none'
    exit "$EX_UNAVAILABLE"
  fi
}

# quietly WHAT COMMAND…: runs it in the repository and shows its output only when it fails. Standard output
# stays free for whoever comes after.
quietly() {
  local what=$1 output status=0
  shift
  if [ "${VERBOSE:-}" = 1 ]; then
    (cd "$root" && "$@") >&2 || status=$?
  else
    output=$( (cd "$root" && "$@") 2>&1) || status=$?
    if [ "$status" -ne 0 ]; then printf '%s\n' "$output" >&2; fi
  fi
  if [ "$status" -ne 0 ]; then complain "$what failed (exit status $status)"; fi
  return "$status"
}

# The stamps live in node_modules, so that whoever deletes it starts afresh.
packages_stamp() { printf '%s' "$root/node_modules/.parlance-packages"; }
build_stamp() { printf '%s' "$root/node_modules/.parlance-build"; }

packages_are_current() {
  cmp -s "$root/package-lock.json" "$(packages_stamp)"
}

# packages_match_lock: node_modules, filled by somebody else's `npm install`, already holds what the lock file
# says. npm writes its own list of them last, so a half-finished install never passes.
packages_match_lock() {
  [ -f "$root/node_modules/.package-lock.json" ] && (cd "$root" && node -e '
    const read = (file) => JSON.parse(require("node:fs").readFileSync(file, "utf8")).packages
    const wanted = Object.entries(read("package-lock.json"))
    const installed = read("node_modules/.package-lock.json")
    const missing = ([path, { version, optional }]) =>
      path !== "" && installed[path]?.version !== version && !(optional && !installed[path])
    process.exit(wanted.some(missing) ? 1 : 0)
  ')
}

install_packages() {
  if packages_are_current; then return; fi
  if ! packages_match_lock; then
    quietly 'npm ci' npm ci --include=dev --no-audit --no-fund || return
  fi
  cp "$root/package-lock.json" "$(packages_stamp)"
}

# install_tools FOLDER: the packages of a folder with a lock file of its own.
install_tools() {
  local stamp=$1/node_modules/.parlance-packages
  if cmp -s "$1/package-lock.json" "$stamp"; then return; fi
  quietly "npm ci in ${1#"$root"/}" npm --prefix "$1" ci --no-audit --no-fund || return
  cp "$1/package-lock.json" "$stamp"
}

# build_tap: tap puts its class together from the plugins of .taprc, once for each set of them.
build_tap() {
  local stamp=$root/node_modules/.parlance-tap
  if cat "$root/.taprc" "$root/package-lock.json" | cmp -s - "$stamp"; then return; fi
  quietly 'tap build' "$root/node_modules/.bin/tap" build || return
  cat "$root/.taprc" "$root/package-lock.json" >"$stamp"
}

build_is_current() {
  local stamp
  stamp=$(build_stamp)
  [ -f "$root/dist/cli.js" ] && [ -f "$stamp" ] &&
    [ -z "$(find "$root"/src "$root"/scripts/build-* "$root"/tsconfig*.json "$root"/package*.json -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# The stamp takes the time from before the build: what is edited meanwhile is built the next time.
build() {
  if build_is_current; then return; fi
  local started
  started=$(build_stamp).started
  touch "$started"
  quietly 'the build' npm run --silent build || return
  mv "$started" "$(build_stamp)"
}

# prepare: installs and builds. Two that start at once take turns where flock exists.
prepare() {
  if packages_are_current && build_is_current; then return; fi
  (
    if command -v flock >/dev/null; then flock 9; fi
    install_packages && build
  ) 9<"$root/package.json"
}

# node_24: the path of a Node 24 binary, from the registry's `node` package or from npm's cache of it.
node_24() {
  local package path
  for package in node@24 "$(node -p '"node-" + process.platform + "-" + process.arch')@24"; do
    path=$(npm exec --yes --prefer-offline --fetch-retries=1 --package="$package" -- \
      node -p 'process.version.startsWith("v24.") ? process.execPath : ""' 2>/dev/null) || continue
    if [ -n "$path" ]; then
      printf '%s\n' "$path"
      return
    fi
  done
  return 1
}
