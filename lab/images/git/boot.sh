#!/bin/sh
# Starts both servers; the keys are made once and stay with the container.
set -eu
keys=/etc/covey-lab
[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -C 'lab git server' -f /etc/ssh/ssh_host_ed25519_key
[ -e $keys/id ] || ssh-keygen -q -t ed25519 -N '' -C 'lab operator' -f $keys/id
install -m 644 $keys/id.pub $keys/authorized_keys
printf 'git %s\n' "$(cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub)" > $keys/known_hosts
mkdir -p /var/empty /run/sshd
/usr/sbin/sshd -e -f $keys/sshd_config
exec lighttpd -D -f $keys/lighttpd.conf
