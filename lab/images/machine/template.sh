#!/bin/sh
# The engine whose data every machine starts from a snapshot of: only there to load images into.
set -eu
. /usr/local/lib/covey-lab/lib.sh
parent=$(prepare_cgroups)
mount_disk /var/lib/docker template
dockerd --storage-driver overlay2 --cgroup-parent "$parent" --bridge none --iptables=false --ip6tables=false --log-level warn &
engine=$!
wait_for_docker $engine
touch /run/lab-ready
trap : TERM INT
wait $engine || true
wait $engine
