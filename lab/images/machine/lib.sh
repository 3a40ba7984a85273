# Shared by the scripts of a lab machine.
disk=/store/store.img

# Loop devices that other machines (or the host) use have no node in this container's /dev.
loop_nodes() {
  [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
  for i in $(seq 0 127); do
    [ -e /dev/loop$i ] || mknod -m 660 /dev/loop$i b 7 $i
  done
}

# mount_disk TARGET [SUBVOLUME]: one loop device serves all machines, since two on one BTRFS would be two disks with one identity.
# mount(8) finds the one in use; the lock keeps two machines from not finding it at once. It goes with the last mount.
mount_disk() {
  loop_nodes
  mkdir -p "$1"
  flock /store/lock mount -o "loop,noatime,subvol=${2:-/}" $disk "$1"
}

# A place in the cgroups for nested containers; prints the parent to give to dockerd.
prepare_cgroups() {
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mount -o remount,rw /sys/fs/cgroup
    # A cgroup with processes of its own cannot hand its controllers on.
    mkdir -p /sys/fs/cgroup/machine
    for pid in $(cat /sys/fs/cgroup/cgroup.procs); do
      echo "$pid" > /sys/fs/cgroup/machine/cgroup.procs 2> /dev/null || true
    done
    sed 's/ / +/g; s/^/+/' /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control
    echo /nested
  else
    # Below our own, so that they go when this container goes.
    echo "$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/nested"
  fi
}

# A kernel without nf_tables still has the older interface.
prepare_iptables() {
  iptables -w -L -n > /dev/null 2>&1 && return
  update-alternatives --set iptables /usr/sbin/iptables-legacy > /dev/null
  update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy > /dev/null
}

# wait_for_docker PID: until its engine answers, or it is gone.
wait_for_docker() {
  until docker version > /dev/null 2>&1; do
    kill -0 "$1" 2> /dev/null || return 1
    sleep 0.1
  done
}
