# Stand-in for node:24-trixie-slim: the Node of npm's package "node" (the one this project runs on), and npm.
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends libatomic1 libstdc++6 && rm -rf /var/lib/apt/lists/*
COPY node /usr/local/bin/node
ADD npm.tgz /usr/local/lib/node_modules/
RUN cd /usr/local/lib/node_modules && mv package npm \
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
 && chmod +x npm/bin/*.js && ln -s node /usr/local/bin/nodejs && node --version && npm --version
CMD ["node"]
