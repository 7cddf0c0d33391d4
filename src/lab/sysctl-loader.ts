/**
 * The boot's sysctl loader where the distribution has none that works in a namespace: the order of systemd-sysctl(8).
 * Files by basename over all directories; of one basename the first directory's; a link to /dev/null masks;
 * `-key` may fail; a key whose first separator is `/` is a path already. The last value of a key wins.
 * Shell function `load_sysctl_d`; a variable `root` puts another directory in place of `/`.
 */
export const sysctlLoaderScript = (): string => `load_sysctl_d() {
  for dir in /etc /run /usr/local/lib /usr/lib /lib; do
    for file in "\${root:-}$dir"/sysctl.d/*.conf; do
      { [ -e "$file" ] || [ -L "$file" ]; } && printf '%s %s\\n' "\${file##*/}" "$file"
    done
  done | LC_ALL=C sort -s -k1,1 | {
    last=
    while read -r name file; do
      [ "$name" != "$last" ] || continue
      last=$name
      [ "$(readlink -f "$file")" = /dev/null ] || load_sysctl_file "$file"
    done
    # Where the distribution links it as 99-sysctl.conf it is among the others already.
    [ -e "\${root:-}/etc/sysctl.d/99-sysctl.conf" ] || [ ! -f "\${root:-}/etc/sysctl.conf" ] || load_sysctl_file "\${root:-}/etc/sysctl.conf"
  }
}
load_sysctl_file() {
  while IFS= read -r line || [ -n "$line" ]; do
    line=\${line#"\${line%%[![:space:]]*}"}
    case $line in '' | '#'* | ';'*) continue ;; *=*) ;; *) continue ;; esac
    key=\${line%%=*} value=\${line#*=}
    key=\${key%"\${key##*[![:space:]]}"} key=\${key#-}
    value=\${value#"\${value%%[![:space:]]*}"} value=\${value%"\${value##*[![:space:]]}"}
    # Dots and slashes change places, unless the key is written in slashes.
    case \${key%%[./]*} in "$key") ;; *) rest=\${key#"\${key%%[./]*}"}
      case $rest in .*) key=$(printf '%s' "$key" | tr './' '/.') ;; esac ;;
    esac
    # Unquoted on purpose: a key may be a pattern.
    for path in \${root:-}/proc/sys/$key; do
      printf '%s\\n' "$value" 2>/dev/null >"$path" || printf 'sysctl: %s: cannot set %s\\n' "$1" "$key"
    done
  done <"$1"
}
`
