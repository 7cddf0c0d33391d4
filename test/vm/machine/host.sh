#!/bin/sh
# host NAME ADDRESS ADDRESS6: the first process of a host. Its /etc, /var and /root are its disk; /run and /tmp are new.
name=$1 address=$2 address6=$3
mount -t proc proc /proc
hostname "$name"
disk=/disks/$name
if [ ! -d "$disk" ]; then
  mkdir -p "$disk/var/lib" "$disk/var/log" "$disk/root/.ssh"
  cp -a /etc "$disk/etc"
  chmod 700 "$disk/root" "$disk/root/.ssh"
  cp /keys/authorized_keys "$disk/root/.ssh/"
  echo "$name" >"$disk/etc/hostname"
  dropbearconvert openssh dropbear "/keys/$name" "$disk/etc/host_key" >/dev/null 2>&1
fi
for dir in etc var root; do mount --bind "$disk/$dir" "/$dir"; done
for dir in tmp disks keys; do mount -t tmpfs -o mode=1777 "$name" "/$dir"; done

# As systemd would: modules, kernel settings, what comes before the network, the network, what comes after it.
wanted() { sed -n 's/^ExecStart=//p' "/etc/systemd/system/multi-user.target.wants/$1.service" 2>/dev/null; }
ip link set lo up
for module in $(cat /etc/modules-load.d/*.conf 2>/dev/null | grep -v '^#'); do modprobe "$module"; done
sh -c "$(wanted ipvs-play)"
ip link set eth0 up
ip addr add "$address/16" brd + dev eth0
ip addr add "$address6/64" dev eth0 nodad
ip route add default via 10.88.0.1
sh -c "$(wanted ipvs-play-online)"
dropbear -s -j -k -r /etc/host_key -p 22
echo >"/run/up/$name"
mount -t tmpfs -o mode=755 "$name" /run
while :; do sleep 1000 & wait; done
