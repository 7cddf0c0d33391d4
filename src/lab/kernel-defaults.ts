/**
 * What a kernel has after its start. A new network namespace copies IPv4's `all` and `default` from the machine's
 * (net.core.devconf_inherit_init_net, Documentation/admin-guide/sysctl/net.rst), which an operator may have tuned:
 * a host of the lab starts from the kernel's own values all the same.
 */

/** Interface key → value; source: ipv4_devconf and ipv4_devconf_dflt in net/ipv4/devinet.c. Forwarding first: it resets accept_redirects. */
const ipv4: Readonly<Record<string, { readonly all: string; readonly rest: string }>> = {
  forwarding: same('0'),
  accept_local: same('0'),
  accept_redirects: same('1'),
  accept_source_route: { all: '0', rest: '1' },
  arp_accept: same('0'),
  arp_announce: same('0'),
  arp_evict_nocarrier: same('1'),
  arp_filter: same('0'),
  arp_ignore: same('0'),
  arp_notify: same('0'),
  bc_forwarding: same('0'),
  bootp_relay: same('0'),
  disable_policy: same('0'),
  disable_xfrm: same('0'),
  drop_gratuitous_arp: same('0'),
  drop_unicast_in_l2_multicast: same('0'),
  force_igmp_version: same('0'),
  ignore_routes_with_linkdown: same('0'),
  log_martians: same('0'),
  promote_secondaries: same('0'),
  proxy_arp: same('0'),
  proxy_arp_pvlan: same('0'),
  route_localnet: same('0'),
  rp_filter: same('0'),
  secure_redirects: same('1'),
  send_redirects: same('1'),
  shared_media: same('1'),
  src_valid_mark: same('0'),
}

/** IPv6 takes the compiled values unless devconf_inherit_init_net is 1 or 3; these matter to a DR host. */
const ipv6: typeof ipv4 = {
  forwarding: same('0'),
  accept_ra: same('1'),
  accept_redirects: same('1'),
  disable_ipv6: same('0'),
}

function same(value: string): { readonly all: string; readonly rest: string } {
  return { all: value, rest: value }
}

/** `ipv4/conf/all/arp_ignore 0`, one a line, in the order of writing. */
export const kernelDefaults = (): readonly string[] =>
  Object.entries({ ipv4, ipv6 }).flatMap(([family, keys]) =>
    Object.entries(keys).flatMap(([key, value]) =>
      ['all', 'default', 'lo'].map(
        (where) => `${family}/conf/${where}/${key} ${where === 'all' ? value.all : value.rest}`,
      ),
    ),
  )

/**
 * Shell function `kernel_defaults`. Writes only what differs: a write to `default` marks the key as set, and later
 * writes then no longer reach interfaces that exist (devinet_copy_dflt_conf).
 */
export const kernelDefaultsScript = (): string => `kernel_defaults() {
  cd "\${root:-}/proc/sys/net"
  seen=$(grep -s '' ipv4/conf/all/* ipv4/conf/default/* ipv4/conf/lo/* ipv6/conf/all/* ipv6/conf/default/* ipv6/conf/lo/*) || :
  while read -r key value; do
    case "
$seen
" in *"
$key:$value
"*) continue ;; esac
    [ ! -w "$key" ] || printf '%s\\n' "$value" >"$key" 2>/dev/null || :
  done <<'END'
${kernelDefaults().join('\n')}
END
  cd - >/dev/null
}
`
