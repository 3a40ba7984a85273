# Stand-in for haproxy:3.0.
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends haproxy && rm -rf /var/lib/apt/lists/* \
 && ln -sf /usr/sbin/haproxy /usr/local/sbin/haproxy && haproxy -v
STOPSIGNAL SIGUSR1
CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
