# Stand-in for caddy:2. Debian 13's own is too old (no PROXY protocol), so this one package comes from sid.
FROM debian:trixie-slim
ARG ARCHIVE
RUN echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $ARCHIVE sid main" > /etc/apt/sources.list.d/sid.list \
 && printf 'Package: *\nPin: release n=sid\nPin-Priority: 1\n\nPackage: caddy\nPin: release n=sid\nPin-Priority: 900\n' \
    > /etc/apt/preferences.d/sid \
 && apt-get update && apt-get install -y --no-install-recommends caddy ca-certificates \
 && rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/sid.list /etc/apt/preferences.d/sid && caddy version
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
WORKDIR /srv
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
