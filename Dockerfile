# The relay alone, for the architecture that `--platform` names: everything is compiled and put together on the machine that
# builds, and nothing of that architecture runs meanwhile. The image has what the relay loads: Node with the libraries that
# it needs, production packages, and the relay; no shell, no package manager. The two secrets are optional: an .npmrc and the
# certificates it trusts, for networks that need them; `scripts/container` passes this machine's.
ARG NODE_IMAGE=node:24-bookworm-slim
# What the build runs on, where that is not the same image by another architecture.
ARG BUILD_IMAGE=${NODE_IMAGE}

FROM ${NODE_IMAGE} AS target

FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS packages
WORKDIR /app
ENV NPM_CONFIG_USERCONFIG=/run/secrets/npmrc NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false NPM_CONFIG_UPDATE_NOTIFIER=false
COPY package.json package-lock.json ./

FROM packages AS build
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=npm-ca npm ci
COPY . .
ARG TARGETARCH
# A compiler makes the native fan-out; where none can be had, the relay writes through Node, which is slower.
RUN CC=$(scripts/c-compiler ${TARGETARCH}) && export CC && npm run build && scripts/shipped-only dist

FROM packages AS production
ARG TARGETARCH
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=npm-ca --mount=type=bind,source=scripts,target=/scripts \
  npm ci --omit=dev --ignore-scripts --os=linux --cpu="$(echo "${TARGETARCH}" | sed 's/^amd64$/x64/')" && /scripts/shipped-only node_modules
# Told to omit them, npm would leave out of the list also what we need and packages for development need as well.
RUN npm pkg delete devDependencies \
  && npm sbom --sbom-type=application --sbom-format=cyclonedx >/npm.cdx.json

FROM packages AS system
RUN --mount=type=bind,from=target,source=/,target=/target --mount=type=bind,source=scripts,target=/scripts \
  /scripts/image-root /target /image

# What is in the image, and under which licences.
FROM build AS inventory
RUN --mount=type=bind,from=system,source=/image,target=/image --mount=type=bind,from=production,source=/npm.cdx.json,target=/npm.cdx.json \
  node scripts/inventory.mjs /npm.cdx.json /image /inventory

FROM scratch
COPY --from=system /image /
WORKDIR /app
# Where everybody may write in a container whose file system is read-only. The health check and other commands look there too.
ENV PATH=/usr/local/bin NODE_ENV=production \
  PARLANCE_OPS=0.0.0.0:9464 PARLANCE_LOG_DIR=/var/log/parlance PARLANCE_ADDRESS_FILE=/dev/shm/parlance.json \
  PARLANCE_ADMIN_SOCKET=/dev/shm/parlance-admin.sock
# What floods have taken is given back after them (docs/operations.md, "What the process keeps").
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=inventory /inventory ./
COPY package.json LICENSE ./
# By number, so that a cluster can see that it is not root.
USER 1000:1000
VOLUME /var/log/parlance
# framed, chatroom, json-irc, chatmaster, sendto; browsers; metrics and health
EXPOSE 9000 8000 1025 9001 3560 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "/app/dist/cli.js", "health"]
# No text becomes code, and nothing has a `__proto__` to write to: the relay needs neither.
ENTRYPOINT ["node", "--disable-proto=delete", "--disallow-code-generation-from-strings", "/app/dist/cli.js"]
CMD ["serve"]
