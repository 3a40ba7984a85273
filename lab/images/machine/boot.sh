#!/bin/sh
# A lab machine from power-on to ready: disk, store, name service, Docker Engine, and what node/install.sh does at every boot.
set -eu
. /usr/local/lib/covey-lab/lib.sh

# Whatever mounts and sockets a killed predecessor had are gone: /run is a tmpfs, and mounts went with their namespace.
mount --make-rshared /
parent=$(prepare_cgroups)
prepare_iptables
mount_disk /var/lib/docker "machines/$LAB_NODE"
/opt/covey/node/install.sh --storage-only

# Nested containers cannot reach Docker's resolver on our loopback, so one on our address passes on to it.
# Without Docker's "ndots" option, with which the nested engine would not ask it for names without a dot (git, node2).
echo 'nameserver 127.0.0.11' > /etc/resolv.conf
address=$(ip -4 -o address show dev eth0 | awk '{ sub("/.*", "", $4); print $4; exit }')
dnsmasq --keep-in-foreground --no-resolv --no-hosts --cache-size=0 --listen-address="$address" --bind-interfaces \
  --server=127.0.0.11 &

mtu=$(cat /sys/class/net/eth0/mtu)
dockerd --storage-driver overlay2 --cgroup-parent "$parent" --dns "$address" --mtu "$mtu" \
  --default-network-opt "bridge=com.docker.network.driver.mtu=$mtu" --log-level warn &
engine=$!
wait_for_docker $engine
/opt/covey/node/install.sh
touch /run/lab-ready

# tini passes a stop to the whole group; what is left is to outlive the engine, which stops its containers.
trap : TERM INT
wait $engine || true
wait $engine
