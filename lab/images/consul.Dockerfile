# Stand-in for hashicorp/consul: the last version that Debian packaged, in Debian 11.
FROM debian:trixie-slim
ARG ARCHIVE
RUN echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $ARCHIVE bullseye main" > /etc/apt/sources.list.d/bullseye.list \
 && printf 'Package: *\nPin: release n=bullseye\nPin-Priority: 1\n\nPackage: consul\nPin: release n=bullseye\nPin-Priority: 900\n' \
    > /etc/apt/preferences.d/bullseye \
 && apt-get update && apt-get install -y --no-install-recommends consul \
 && rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/bullseye.list /etc/apt/preferences.d/bullseye && consul version
VOLUME /consul/data
ENTRYPOINT ["consul"]
CMD ["agent", "-dev", "-client", "0.0.0.0"]
