#!/bin/sh
# The first process of the machine: a bridge, and on it every host of /fleet, each in namespaces of its own.
# What the console says switches hosts: `off NAME` pulls its plug, `on NAME` boots it from its disk again.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=755 run /run
for module in virtio_pci virtio_net bridge veth dummy ip_vs; do modprobe $module; done
ip link set lo up
ip link add br0 type bridge forward_delay 0 mcast_snooping 0
ip link set eth0 master br0
ip link set eth0 up
ip link set br0 up
mkdir /run/up

# boot NAME ADDRESS ADDRESS6 MAC
boot() {
  ip netns add "$1"
  ip link add "$1" type veth peer name eth0 address "$4" netns "$1"
  ip link set "$1" master br0 up
  ip netns exec "$1" busybox unshare -m -u -p -f /host "$1" "$2" "$3" </dev/null >/dev/console 2>&1 &
}
await() { until [ -e "/run/up/$1" ]; do sleep 0.1; done; }

while read -r line; do boot $line; done </fleet
while read -r name _; do await "$name"; done </fleet
echo FLEET-IS-UP
while read -r verb name; do
  case $verb in
    on)
      boot $(grep "^$name " /fleet)
      await "$name" ;;
    off)
      kill -9 $(ip netns pids "$name")
      rm -f "/run/up/$name"
      # The wire goes first: a namespace lives on while a process of it is being buried.
      ip link del "$name"
      ip netns del "$name" ;;
  esac
  echo "DONE $verb $name"
done </dev/console
