# The relay alone: compiled in one stage, its production packages taken from another, run as PID 1 and as an
# ordinary user. The two secrets are optional: an .npmrc and the certificates it trusts, for networks that need
# them; `scripts/container` passes this machine's.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
ENV NPM_CONFIG_USERCONFIG=/run/secrets/npmrc NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false NPM_CONFIG_UPDATE_NOTIFIER=false
COPY package.json package-lock.json ./

FROM packages AS build
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=npm-ca npm ci
COPY . .
# A compiler makes the native fan-out; where none can be had, the relay writes through Node, which is slower.
RUN command -v cc >/dev/null \
  || { apt-get -q update && apt-get -q install -y --no-install-recommends gcc libc6-dev; } \
  || echo 'no C compiler: without the native fan-out'
RUN npm run build

FROM packages AS production
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=npm-ca npm ci --omit=dev

# The system without what installs packages, and without programs that run as somebody else than who starts them.
FROM ${NODE_IMAGE} AS system
RUN cd /usr/local \
  && rm -rf lib/node_modules bin/npm bin/npx bin/corepack bin/yarn bin/yarnpkg bin/docker-entrypoint.sh include/node /opt/yarn-* \
  && find / -xdev -type f -perm /6000 -exec chmod ug-s {} + \
  && mkdir -p /app /var/log/parlance && chown 1000:1000 /var/log/parlance

# Copied as a whole: what is only removed from a base image is still in it.
FROM scratch
COPY --from=system / /
WORKDIR /app
# Where everybody may write in a container whose file system is read-only. The health check looks there too.
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_ENV=production \
  PARLANCE_OPS=0.0.0.0:9464 PARLANCE_LOG_DIR=/var/log/parlance PARLANCE_ADDRESS_FILE=/dev/shm/parlance.json
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# By number, so that it is there in every base image and a cluster can see that it is not root.
USER 1000:1000
VOLUME /var/log/parlance
# framed, chatroom, json-irc, chatmaster, sendto; browsers; metrics and health
EXPOSE 9000 8000 1025 9001 3560 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "/app/dist/cli.js", "health"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve"]
