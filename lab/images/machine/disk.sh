#!/bin/sh
# The lab's disk: a sparse BTRFS file with one subvolume for the template and one for each machine's engine.
#   disk.sh init SIZE    make what is missing
#   disk.sh clone NODE...   a fresh engine for machines that have none
#   disk.sh drop NODE...    remove machines' engines and stores
#   disk.sh images       what the template holds, one "tag id" a line
set -eu
. /usr/local/lib/covey-lab/lib.sh
command=$1
shift
if [ "$command" = init ] && [ ! -e $disk ]; then
  truncate -s "$1" $disk.new
  chattr +C $disk.new 2> /dev/null || true # a host on BTRFS itself
  mkfs.btrfs -q -m single $disk.new
  mv $disk.new $disk
fi
[ -e $disk ] || exit 0
mount_disk /mnt
cd /mnt
case $command in
  init)
    [ -d template ] || btrfs subvolume create template > /dev/null
    mkdir -p machines
    ;;
  clone)
    for node in "$@"; do
      [ -d "machines/$node" ] && continue
      btrfs subvolume snapshot template "machines/$node" > /dev/null
      rm -f "machines/$node/engine-id" # every engine makes its own
    done
    ;;
  drop)
    for node in "$@"; do
      [ ! -d "machines/$node" ] || btrfs subvolume delete "machines/$node" > /dev/null
      rm -f "/store/$node.img"
    done
    ;;
  images) cat template/covey-images 2> /dev/null || true ;;
esac
cd /
umount /mnt
