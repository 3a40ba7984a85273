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
# The young generation is kept small: what a transfer has done with is freed before it makes a collection of everything due,
# which took a fifth of its time and 50 MiB. See docs/benchmarks.md.
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=1", "src/peer/main.ts"]
