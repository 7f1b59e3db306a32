# shellcheck shell=bash
# Sourced by scripts/container and scripts/base-image: which container engine can be used here, and with what
# arguments. From the environment: CONTAINER_ENGINE (a command), CONTAINER_ENGINE_ARGS (before the subcommand),
# CONTAINER_RUN_ARGS and CONTAINER_BUILD_ARGS (after it), each split at spaces.

# What scripts/base-image makes.
export stand_in=localhost/parlance-node:24-bookworm

read -ra engine_args <<<"${CONTAINER_ENGINE_ARGS:-}"
read -ra run_args <<<"${CONTAINER_RUN_ARGS:-}"

# choose_engine: sets $engine, and $is_podman, for a `docker` may be podman by another name.
choose_engine() {
  local candidate
  for candidate in ${CONTAINER_ENGINE:-docker podman}; do
    if "$candidate" info >/dev/null 2>&1; then
      engine=$candidate
      is_podman=false
      if "$candidate" --version 2>/dev/null | grep -qi podman; then is_podman=true; fi
      return
    fi
  done
  return 1
}

# this_arch: of this machine, as container engines and Debian name it.
this_arch() {
  node -p '({ x64: "amd64" })[process.arch] ?? process.arch'
}

# The + forms are for bash 3, to which an empty array is an unset one.
engine() {
  "$engine" ${engine_args[@]+"${engine_args[@]}"} "$@"
}

run() {
  engine run ${run_args[@]+"${run_args[@]}"} "$@"
}

has_image() {
  engine image inspect "$1" >/dev/null 2>&1
}

# can_run IMAGE: whether containers run at all; says why not in $why. Where podman's own choice fails, tries again
# with what containers in small virtual machines tend to need: limits below what this shell may have itself, and
# runc.
# shellcheck disable=SC2034 # $why is for whoever asked
can_run() {
  if why=$(run --rm "$1" node --version 2>&1); then return; fi
  if ! $is_podman; then return 1; fi
  run_args+=("--ulimit=nofile=$(lower_of 16384 "$(ulimit -Hn)")" "--ulimit=nproc=$(lower_of 4096 "$(ulimit -Hu)")")
  if why=$(run --rm "$1" node --version 2>&1); then return; fi
  if ! command -v runc >/dev/null; then return 1; fi
  engine_args+=(--runtime runc)
  why=$(run --rm "$1" node --version 2>&1)
}

# lower_of NUMBER LIMIT: the lower one, as soft and hard limit. LIMIT may be `unlimited`.
lower_of() {
  local limit=$1
  if [ "$2" != unlimited ] && [ "$2" -lt "$1" ]; then limit=$2; fi
  printf '%s:%s' "$limit" "$limit"
}
