#!/bin/sh
# Prepares this host as a node of a covey cluster. Run as root; run again at any time, it changes only what is missing or differs.
#
#   node/install.sh --name node1 --address 10.0.0.1 --join 10.0.0.2,10.0.0.3 --expect 3 --encrypt "$(openssl rand -base64 32)"
#
#   --name NAME         of the node in the cluster (default: the host's name)
#   --address IP        that the other nodes use; or:
#   --interface NAME    the network interface whose first IPv4 address that is
#   --join IP,IP,...    the other nodes
#   --expect N          how many nodes elect the first Consul leader (default: 1)
#   --encrypt KEY       32 random bytes in base64, the same on every node: encrypts Consul's gossip
#   --bundle FILE       all of these, and the certificates, as `covey ca bundle` made them; options behind it have the last word
#   --start             build the peer's image if it is not there, and start the node's services
#   --certificates acme|internal   where sites get their certificates from (default: acme)
#   --insecure          no certificates between peers: for a cluster of one on a developer's machine
#   --store-file PATH   sparse file that becomes the BTRFS store where /var/lib/buttervolume is on no BTRFS
#                       (default: /var/lib/buttervolume.img)
#   --store-size SIZE   its size at most (default: 50G)
#   --storage-only      folders and store, nothing that needs Docker
#
# Options are kept in /etc/covey/node.env and need not be given again.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
etc=/etc/covey
store=/var/lib/buttervolume
say() { printf 'install: %s\n' "$*"; }
die() {
  printf 'install: %s\n' "$*" >&2
  exit 1
}

NAME='' ADDRESS='' INTERFACE='' JOIN='' EXPECT='' ENCRYPT='' CERTIFICATES='' INSECURE='' STORE_FILE='' STORE_SIZE=''
storage_only='' start='' bundle=''
# Of a bundle: settings, then each file behind its name.
setting() { sed -n "/^== /q; s/^$1=//p" "$bundle" | head -n 1; }
part() { awk -v head="== $1" '/^== / { on = ($0 == head); next } on' "$bundle"; }
[ "$(id -u)" = 0 ] || die 'run this as root'
# shellcheck source=/dev/null
[ ! -e $etc/node.env ] || . $etc/node.env
while [ $# -gt 0 ]; do
  case $1 in
    --insecure) INSECURE=true ;;
    --storage-only) storage_only=true ;;
    --start) start=true ;;
    --help | -h)
      sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"
      exit 0
      ;;
    --*)
      [ $# -ge 2 ] || die "$1 needs a value (see --help)"
      case $1 in
        --bundle)
          bundle=$2
          [ -r "$bundle" ] && [ -n "$(part node.key)" ] || die "$bundle is no bundle: make one with covey ca bundle"
          NAME=$(setting NAME) ADDRESS=$(setting ADDRESS) JOIN=$(setting JOIN) EXPECT=$(setting EXPECT)
          ENCRYPT=$(setting ENCRYPT) CERTIFICATES=$(setting CERTIFICATES)
          ;;
        --name) NAME=$2 ;;
        --address) ADDRESS=$2 ;;
        --interface) INTERFACE=$2 ;;
        --join) JOIN=$2 ;;
        --expect) EXPECT=$2 ;;
        --encrypt) ENCRYPT=$2 ;;
        --certificates) CERTIFICATES=$2 ;;
        --store-file) STORE_FILE=$2 ;;
        --store-size) STORE_SIZE=$2 ;;
        *) die "unknown option $1 (see --help)" ;;
      esac
      shift
      ;;
    *) die "unexpected argument $1 (see --help)" ;;
  esac
  shift
done
for value in "$NAME" "$ADDRESS" "$INTERFACE" "$JOIN" "$EXPECT" "$ENCRYPT" "$CERTIFICATES" "$INSECURE" "$STORE_FILE" "$STORE_SIZE"; do
  case $value in
    *[!A-Za-z0-9._:,/+=-]*) die "not a valid value: $value" ;;
  esac
done
case $CERTIFICATES in '' | acme | internal) ;; *) die '--certificates: acme or internal' ;; esac
case $EXPECT in *[!0-9]*) die '--expect: a number' ;; esac
# A node that joins others and elects itself would be refused by them.
if [ -n "$JOIN" ] && [ "${EXPECT:-1}" -lt 2 ]; then
  die '--join needs --expect N: the same number, 2 or more, on every node'
fi

# write FILE MODE < content: by temporary file and rename, only if it differs.
write() {
  cat > "$1.new"
  chmod "$2" "$1.new"
  if cmp -s "$1.new" "$1"; then
    rm "$1.new"
  else
    mv "$1.new" "$1"
    say "wrote $1"
  fi
}

folders() {
  mkdir -p $etc/tls $etc/ssh $etc/docker $etc/consul $etc/acme /run/covey /run/docker/plugins /var/lib/covey/haproxy /var/lib/covey/caddy \
    $store /deploy /srv
  chmod 700 $etc/tls $etc/ssh $etc/docker $etc/consul
}

certificates() {
  for file in ca.pem node.pem; do part $file | write $etc/tls/$file 644; done
  part node.key | write $etc/tls/node.key 600
}

is_btrfs() { [ "$(stat -f -c %T $store)" = btrfs ]; }

# The store: as it is if it lies on BTRFS, else a sparse file, mounted over a loop device.
storage() {
  if ! is_btrfs; then
    command -v mkfs.btrfs > /dev/null || die "$store is on no BTRFS, and mkfs.btrfs is missing: install btrfs-progs"
    file=${STORE_FILE:-/var/lib/buttervolume.img}
    if [ ! -e "$file" ]; then
      [ -z "$(ls -A $store)" ] || die "$store is on no BTRFS but holds files: move them away, or mount a BTRFS there"
      truncate -s "${STORE_SIZE:-50G}" "$file.new"
      mkfs.btrfs -q "$file.new"
      mv "$file.new" "$file"
      say "made a BTRFS of ${STORE_SIZE:-50G} at most in $file"
    fi
    mount -o loop,noatime "$file" $store
    is_btrfs || die "$store is still on no BTRFS"
    say "mounted $file on $store"
    if [ -d /run/systemd/system ] && ! grep -q "[[:space:]]$store[[:space:]]" /etc/fstab; then
      echo "$file $store btrfs loop,noatime,nofail,x-systemd.before=docker.service 0 0" >> /etc/fstab
      say "added $store to /etc/fstab"
    fi
  fi
  # So that a mount made here later reaches the peer's container.
  mount --make-rshared $store 2> /dev/null || mount --make-rshared /
  mkdir -p $store/volumes $store/snapshots
}

find_address() {
  if [ -z "$ADDRESS" ] && [ -n "$INTERFACE" ]; then
    ADDRESS=$(ip -4 -o address show dev "$INTERFACE" scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
    [ -n "$ADDRESS" ] || die "interface $INTERFACE has no IPv4 address"
  fi
  [ -n "$ADDRESS" ] || die 'which address do the other nodes use? Give --address or --interface'
}

settings() {
  NAME=${NAME:-$(hostname)}
  find_address
  write $etc/node.env 600 << END
NAME=$NAME
ADDRESS=$ADDRESS
JOIN=$JOIN
EXPECT=$EXPECT
ENCRYPT=$ENCRYPT
CERTIFICATES=$CERTIFICATES
INSECURE=$INSECURE
STORE_FILE=$STORE_FILE
STORE_SIZE=$STORE_SIZE
END
  encrypt=
  [ -z "$ENCRYPT" ] || encrypt="
  \"encrypt\": \"$ENCRYPT\","
  join=$(printf '%s' "$JOIN" | sed 's/,,*/", "/g; s/.*/"&"/; s/^""$//')
  # A node that restarts or is cut off stays a member; it does not leave when it stops, and the others do not take a dead
  # one from the quorum (Consul reads that setting when the cluster is made).
  write $etc/consul/node.json 600 << END
{
  "node_name": "$NAME",
  "bind_addr": "$ADDRESS",
  "bootstrap_expect": ${EXPECT:-1},
  "retry_join": [$join],
  "retry_interval": "2s",$encrypt
  "leave_on_terminate": false,
  "skip_leave_on_interrupt": true,
  "rejoin_after_leave": true,
  "autopilot": { "cleanup_dead_servers": false },
  "disable_update_check": true,
  "performance": { "raft_multiplier": 1 }
}
END
  if [ ! -e $etc/covey.yml ]; then
    {
      echo '# Settings of the peer on this node; docs/operations.md lists all of them.'
      echo "node: $NAME"
      echo "address: $ADDRESS"
      [ -z "$CERTIFICATES" ] || echo "certificates: $CERTIFICATES"
      [ -z "$INSECURE" ] || echo 'insecure: true'
    } | write $etc/covey.yml 644
  fi
}

defaults() {
  write $etc/Caddyfile 644 < "$here/Caddyfile"
  [ -e /srv/index.html ] || write /srv/index.html 644 < "$here/maintenance.html"
  [ -e /var/lib/covey/haproxy/haproxy.cfg ] || write /var/lib/covey/haproxy/haproxy.cfg 644 < "$here/haproxy.cfg"
  [ -e /var/lib/covey/haproxy/domains.map ] || write /var/lib/covey/haproxy/domains.map 644 < /dev/null
  write /usr/local/bin/covey 755 < "$here/covey"
  # Until the peer's socket is there Docker finds this instead, which fails at once and says why. Without it an engine that
  # starts looks for the driver for 15 s before any container runs, and 15 s more for those of apps; the peer, which would
  # bring the driver, starts with them and waits for the engine.
  mkdir -p /etc/docker/plugins/anybox
  write /etc/docker/plugins/anybox/buttervolume:latest.json 644 < "$here/driver-absent.json"
}

# Containers must not send larger packets than the way out takes.
network() {
  docker info > /dev/null 2>&1 || die 'no Docker Engine answers: install and start Docker first'
  docker compose version > /dev/null 2>&1 || die 'docker compose is missing: install the Compose plugin'
  docker network inspect cluster_default > /dev/null 2>&1 && return
  device=$(ip -o route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p;q')
  mtu=$(cat "/sys/class/net/$device/mtu" 2> /dev/null || echo 1500)
  docker network create --opt "com.docker.network.driver.mtu=$mtu" cluster_default > /dev/null
  say 'made the Docker network cluster_default'
}

folders
storage
[ -z "$storage_only" ] || exit 0
settings
[ -z "$bundle" ] || certificates
defaults
network
if [ -z "$INSECURE" ] && [ ! -e $etc/tls/node.pem ]; then
  say "certificates are missing: \`covey ca init\` once, \`covey ca issue $NAME --san $ADDRESS\`, then put ca.pem, node.pem and node.key into $etc/tls"
fi
if [ -z "$start" ]; then
  say 'ready: docker compose up -d'
  exit 0
fi
cd "$here/.."
docker image inspect covey/peer:latest > /dev/null 2>&1 || docker compose build peer
docker compose up -d
say 'started: covey doctor says how this node is, covey nodes who is there'
