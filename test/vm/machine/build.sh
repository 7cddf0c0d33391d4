#!/bin/sh
# build.sh DIR: makes DIR/kernel and DIR/initramfs from Debian packages alone.
# The machine has Debian's cloud kernel with ip_vs, dash as its shell, busybox for most else, and the real ip, ipvsadm,
# arping and dropbear.
set -e
out=$1 here=${0%/*}
packages='libc6 busybox dash dropbear-bin ipvsadm iproute2 iputils-arping libbpf1 libbsd0 libcap2 libcrypt1 libelf1 libgcc-s1
libgmp10 libmd0 libmnl0 libnl-3-200 libnl-genl-3-200 libpcre2-8-0 libpopt0 libselinux1 libtomcrypt1 libtommath1 zlib1g'
modules='ip_vs ip_vs_[a-z_]* ipip dummy veth bridge virtio_net virtio_pci'

cd "$out"
kernel_package() { apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1; }
download() { apt-get -qq -o APT::Sandbox::User=root download "$(kernel_package)" $packages; }
mkdir debs
( cd debs; download || { apt-get -qq update; download; } )

mkdir -p root/usr/bin root/usr/sbin root/usr/lib root/usr/lib64 kernel-root
for merged in bin sbin lib lib64; do ln -s "usr/$merged" "root/$merged"; done
for deb in debs/*.deb; do
  case $deb in debs/linux-image-*) to=kernel-root ;; *) to=root ;; esac
  dpkg --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C $to
done
rm -rf root/usr/share root/usr/lib/x86_64-linux-gnu/gconv root/usr/lib/x86_64-linux-gnu/perl* root/var

version=$(ls kernel-root/lib/modules)
mv kernel-root/boot/vmlinuz-* kernel
[ -e kernel-root/lib/modules/"$version"/modules.dep ] || busybox depmod -b "$PWD/kernel-root" "$version"
# Patterns; each module with all that it needs, by modules.dep: `kernel/…/a.ko: kernel/…/b.ko …`
from=kernel-root/lib/modules/$version to=root/usr/lib/modules/$version
for module in $modules; do
  for file in $(sed -n "s|:| |; \\|^[^ ]*/$module\\.ko |p" "$from/modules.dep"); do
    mkdir -p "$to/${file%/*}"
    cp "$from/$file" "$to/$file"
  done
done
cp "$from/modules.builtin" "$from/modules.order" "$to/"
busybox depmod -b "$PWD/root" "$version"

for applet in $(busybox chroot root /bin/busybox --list); do
  [ -e "root/usr/bin/$applet" ] || [ -e "root/usr/sbin/$applet" ] || ln -s /bin/busybox "root/usr/bin/$applet"
done
# Where the kernel looks for it.
ln -s /bin/busybox root/usr/sbin/modprobe
mkdir -p root/proc root/sys root/dev root/run root/tmp root/root root/var root/etc root/disks root/keys
rm -rf root/etc/*
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\n' >root/etc/group
printf 'root:*:19000:0:99999:7:::\n' >root/etc/shadow
printf '/bin/sh\n' >root/etc/shells
# The service manager that persist looks for; nobody starts it: hosts follow its units as they boot.
mkdir -p root/usr/lib/systemd
: >root/usr/lib/systemd/systemd
cp "$here/init.sh" root/init
cp "$here/host.sh" root/host
chmod 755 root/init root/host
( cd root; find . | busybox cpio -o -H newc ) >initramfs 2>/dev/null
rm -rf debs root kernel-root
