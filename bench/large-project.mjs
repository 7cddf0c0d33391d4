// A large project as people have them: some services on the real servers of several sites, a pair of directors in each
// rack; what differs between hosts is their address, and their rack's and site's variables.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const racks = 40
const sites = 4
const perPlay = 50

const range = (count) => Array.from({ length: count }, (_, at) => at)
const section = (name, lines) => `[${name}]\n${lines.join('\n')}\n`

const inventory = (hosts) => {
  const lines = range(hosts).map(
    (at) => `h${at} ansible_host=10.1.${at >> 8}.${at & 255} rip=10.2.${at >> 8}.${at & 255}`,
  )
  const isDirector = (_, at) => at % 50 === 0
  return [
    section('director', lines.filter(isDirector)),
    section(
      'realserver',
      lines.filter((line, at) => !isDirector(line, at)),
    ),
    ...range(racks).map((rack) =>
      section(
        `rack${rack}`,
        range(hosts)
          .filter((at) => at % racks === rack)
          .map((at) => `h${at}`),
      ),
    ),
    ...range(sites).map((site) =>
      section(
        `site${site}:children`,
        range(racks)
          .filter((rack) => rack % sites === site)
          .map((rack) => `rack${rack}`),
      ),
    ),
  ].join('\n')
}

/** Each service has one address. What a task means: on all hosts the same, by rack or site, or on every host its own. */
const kinds = [
  (at) => `    - name: Kernel of service ${at}
      sysctl:
        net.core.service_${at}: "{{ backlog }}"
        net.ipv4.conf.all.arp_ignore: 1
        net.ipv4.conf.all.arp_announce: 2
        net.ipv4.conf.{{ nic }}.arp_ignore: 1
        net.ipv4.conf.{{ nic }}.arp_announce: 2
`,
  () => `    - name: Hold the VIP
      vip-on-lo: "{{ vip }}"
      when: "'realserver' in group_names"
`,
  () => `    - name: Packages
      package: {name: [nginx, "{{ monitor }}"], state: present}
      tags: [packages]
`,
  (at) => `    - name: Pages of service ${at}
      copy:
        dest: /srv/${at}/{{ item.name }}
        content: "{{ item.text }} from {{ rack }} in {{ site }}"
        mode: "0644"
      loop:
        - {name: index.html, text: welcome}
        - {name: health, text: well}
      notify: reload ${at - (at % perPlay)}
`,
  (at) => `    - name: Version of service ${at}
      command: /usr/bin/service-${at} --version
      register: version_${at}
      changed_when: false
      when: rack != "r7"
`,
  (at) => `    - name: Install service ${at}
      command: /usr/bin/service-${at} install {{ release }}
      when: version_${at - 1}.stdout is not search(release)
      notify: reload ${at - (at % perPlay)}
`,
  (at) => `    - block:
        - name: Migrate ${at}
          shell: service-${at} migrate > /var/log/migrate-${at}
          args: {creates: /var/log/migrate-${at}}
          register: migrated_${at}
      rescue:
        - name: Tell of ${at}
          debug: {msg: "{{ ansible_failed_task.name }} in {{ rack }}: {{ step | default(0) }}"}
      when: large_rack | default(false) | bool
`,
  (at) => `    - name: Know what ${at} is to listen on
      set_fact:
        listen_${at}: "{{ vip }}:{{ ports[${at % 3}] }}"
`,
  (at) => `    - name: Right limits for ${at}
      assert:
        that:
          - ports | length == 3
          - backlog | int >= 1024
        fail_msg: "backlog is {{ backlog }}"
`,
  (at) => `    - name: Service ${at}
      service: {name: "service-${at}", state: started, enabled: true}
      when:
        - site in ["s0", "s1", "s2"]
        - listen_${at - 2} is defined
`,
  () => `    - name: Keep it over a reboot
      persist:
`,
  (at) => `    - name: Wait for service ${at}
      wait-for: {port: "{{ ports[${at % 3}] }}", timeout: 20}
`,
]
/** Two tasks a play. */
const ofHost = (at) => `    - name: Configure service ${at}
      template:
        src: service.conf.j2
        dest: /etc/service/${at}.conf
        owner: root
      notify: reload ${at - (at % perPlay)}
    - name: Answer on the host's own address
      wait-for: {host: "{{ rip }}", port: 80}
`

const template = `# {{ inventory_hostname }} in {{ rack }}
address {{ rip }}
{% for port in ports %}
listen {{ vip }}:{{ port }}
{% endfor %}
{% if large_rack | default(false) %}
workers 16
{% endif %}
`

/** One play in ten is for directors, three are for one site or rack, the others are for all real servers. */
const hostsOf = (number) =>
  ['director', 'realserver:&site1', 'realserver', 'realserver', 'realserver:&rack7', 'realserver'][number % 10] ??
  'realserver'

/** Fifty tasks: the last two of each play are the host's own. */
const play = (number) => {
  const tasks = range(perPlay - 2).map((at) => kinds[at % kinds.length](number * perPlay + at))
  return `- name: Service ${number}
  hosts: ${hostsOf(number)}
  vars:
    step: ${number}
    release: 1.${number}.0
  tasks:
${tasks.join('')}${ofHost(number * perPlay + perPlay - 2)}  handlers:
    - name: reload ${number * perPlay}
      service: {name: "service-${number}", state: reloaded}
`
}

const variables = {
  all: 'vip: 192.0.2.100\nports: [80, 443, 8080]\nmonitor: node-exporter\nbacklog: 4096\n',
  director: 'backlog: 8192\n',
  ...Object.fromEntries(range(racks).map((rack) => [`rack${rack}`, `rack: r${rack}\nlarge_rack: ${rack % 8 === 0}\n`])),
  ...Object.fromEntries(range(sites).map((site) => [`site${site}`, `site: s${site}\n`])),
}

/** Writes `site.yml`, `templates/` and `inventory/` into the folder. */
export const writeLargeProject = (folder, { tasks, hosts }) => {
  for (const name of ['inventory/group_vars', 'inventory/host_vars', 'templates'])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'inventory/hosts'), inventory(hosts))
  for (const [group, text] of Object.entries(variables))
    writeFileSync(join(folder, `inventory/group_vars/${group}.yml`), text)
  for (const at of range(hosts).filter((each) => each % 100 === 1))
    writeFileSync(join(folder, `inventory/host_vars/h${at}.yml`), `monitor: node-exporter-${at % 3}\n`)
  writeFileSync(join(folder, 'templates/service.conf.j2'), template)
  writeFileSync(
    join(folder, 'site.yml'),
    range(Math.ceil(tasks / perPlay))
      .map(play)
      .join('\n'),
  )
}
