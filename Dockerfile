# The peer. First what changes rarely (packages, dependencies), last the sources.
FROM node:24-trixie-slim AS deps
RUN apt-get update && apt-get install -y --no-install-recommends \
      btrfs-progs ca-certificates curl docker-cli docker-compose git openssh-client tini util-linux \
 && rm -rf /var/lib/apt/lists/* \
 # update.sh of an app may call either spelling
 && { command -v docker-compose || ln -s /usr/libexec/docker/cli-plugins/docker-compose /usr/local/bin/docker-compose; } \
 && docker compose version && docker-compose version
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error && npm cache clean --force
ENV PATH=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_ENV=production

FROM deps AS peer
COPY package.json ./
COPY proto ./proto
COPY bin ./bin
COPY src ./src
# Data of volumes passes through as buffers that are garbage at once. A small young generation frees them before they make
# a collection of everything due, and one arena gives the room back whichever thread frees it. See docs/benchmarks.md.
ENV MALLOC_ARENA_MAX=1
# What strips the types stays in memory once it was used, 25 MiB: so it is used here. 78: the modules are loaded, the settings
# are not there.
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN COVEY_CONFIG=/nowhere node --max-semi-space-size=1 src/peer/main.ts; [ $? -eq 78 ]
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=1", "src/peer/main.ts"]
