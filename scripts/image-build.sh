# shellcheck shell=bash
# Sourced by scripts/container: builds the image from $base for $architecture as $image, with this
# user's way to npm's registry. Expects scripts/prepare.sh, what scripts/engine.sh has chosen, and $scratch, a folder for what
# the build needs.
# shellcheck disable=SC2154

: "${root:?}"

is_foreign() {
  [ "$architecture" != "$(this_arch)" ]
}

# choose_base: what was asked for; else the Dockerfile's own if it is here; else the stand-in if that is; else
# the Dockerfile's pulled; else the stand-in made. Of a stand-in for another architecture, this machine's is what builds.
choose_base() {
  local dockerfiles
  dockerfiles=$(sed -n 's/^ARG NODE_IMAGE=//p' "$root/Dockerfile")
  if [ -n "$base" ]; then
    has_image "$base" || quietly "pulling $base" engine pull ${platform:+--platform "$platform"} "$base" || return
  elif has_image "$dockerfiles"; then
    base=$dockerfiles
  elif has_image "$stand_in"; then
    base=$stand_in
  elif engine pull "$dockerfiles" >"$scratch/pull" 2>&1; then
    base=$dockerfiles
  else
    complain "$dockerfiles cannot be pulled ($(tail -n 1 "$scratch/pull")): making $stand_in instead"
    base=$stand_in
    CONTAINER_ENGINE=$engine "$root/scripts/base-image" || return
  fi
  builder=$base
  if [ "$base" = "$stand_in" ] && is_foreign; then
    base=$stand_in-$architecture
    CONTAINER_ENGINE=$engine "$root/scripts/base-image" --arch "$architecture" || return
    build_args+=(--build-arg "BUILD_IMAGE=$builder")
  fi
}

npm_config() {
  local value
  value=$(npm config get "$1" 2>/dev/null)
  case $value in null | undefined) ;; *) printf '%s' "$value" ;; esac
}

# pass_npm_settings: installing inside must work wherever it works outside, so the build gets this user's registry,
# proxies, credentials and certificates, as secrets that stay out of the image.
pass_npm_settings() {
  local key value file ca
  : >"$scratch/npmrc"
  for key in registry proxy https-proxy noproxy strict-ssl; do
    value=$(npm_config "$key")
    if [ -n "$value" ]; then printf '%s=%s\n' "$key" "$value" >>"$scratch/npmrc"; fi
  done
  for file in "$(npm_config globalconfig)" "$(npm_config userconfig)"; do
    # Credentials belong to a registry (//…), and so do scopes (@…).
    if [ -r "$file" ]; then grep -E '^(//|@)' "$file" >>"$scratch/npmrc" || true; fi
  done
  ca=$(npm_config cafile)
  if [ -r "$ca" ]; then
    cp "$ca" "$scratch/npm-ca"
  elif [ -r "${NODE_EXTRA_CA_CERTS:-}" ]; then
    # For Node these come on top of its own; for npm a cafile is all there is.
    node -p 'require("node:tls").rootCertificates.join("\n")' | cat - "$NODE_EXTRA_CA_CERTS" >"$scratch/npm-ca"
  fi
  build_args+=(--secret "id=npmrc,src=$scratch/npmrc")
  if [ -f "$scratch/npm-ca" ]; then
    printf 'cafile=/run/secrets/npm-ca\n' >>"$scratch/npmrc"
    build_args+=(--secret "id=npm-ca,src=$scratch/npm-ca")
  fi
}

# choose_build_network: the engine's default, unless only this machine's own network leads to the registry.
choose_build_network() {
  local url
  url=$(npm_config https-proxy)
  local reaches=(node -e '
    const { protocol, hostname, port } = new URL(process.argv[1])
    const give_up = () => process.exit(1)
    setTimeout(give_up, 5_000)
    require("node:net").connect(port || (protocol === "http:" ? 80 : 443), hostname)
      .on("error", give_up).on("connect", () => process.exit(0))
  ' "${url:-$(npm_config registry)}")
  if ! run --rm "$builder" "${reaches[@]}" >/dev/null 2>&1 &&
    run --rm --network=host "$builder" "${reaches[@]}" >/dev/null 2>&1; then
    build_args+=(--network=host)
  fi
}

build_image() {
  local version formats=()
  version=$(node -p 'require(process.argv[1]).version' "$root/package.json")
  # Podman's own format has no health checks; its intermediate images would stay behind. Older ones do not say by
  # themselves what BuildKit does.
  if $is_podman; then formats=(--format=docker --layers=false); fi
  DOCKER_BUILDKIT=1 quietly 'building the image' engine build ${formats[@]+"${formats[@]}"} ${build_args[@]+"${build_args[@]}"} \
    ${platform:+--platform "$platform"} --build-arg "TARGETARCH=$architecture" --build-arg "BUILDPLATFORM=linux/$(this_arch)" \
    --build-arg "NODE_IMAGE=$base" \
    --label org.opencontainers.image.title=parlance --label "org.opencontainers.image.version=$version" \
    --label org.opencontainers.image.licenses=MIT --tag "$image" .
}
