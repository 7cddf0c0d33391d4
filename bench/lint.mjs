// What `ipvs-play lint` costs on a large project: 2,000 tasks in 40 plays, 5,000 hosts, all plays on all hosts of a
// group. Prints seconds and the peak of memory. `node bench/lint.mjs [TASKS] [HOSTS]`, on the built dist/.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [tasks = 2000, hosts = 5000] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-lint-'))
const perPlay = 50

/** Two directors in a hundred hosts; each host has an address and a rack of its own group. */
const inventory = () => {
  const names = Array.from({ length: hosts }, (_, at) => `h${at}`)
  const section = (name, members) => `[${name}]\n${members.join('\n')}\n`
  const isDirector = (_, at) => at % 50 === 0
  const line = (name, at) => `${name} ansible_host=10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`
  const racks = Array.from({ length: 40 }, (_, rack) =>
    section(
      `rack${rack}`,
      names.filter((__, at) => at % 40 === rack),
    ),
  )
  return [
    section('director', names.map(line).filter(isDirector)),
    section(
      'realserver',
      names.map(line).filter((name, at) => !isDirector(name, at)),
    ),
    ...racks,
  ].join('\n')
}

/** The kinds of tasks that playbooks are made of: kernel variables, templates of a group, loops and conditions. */
const kinds = [
  (at) => `    - name: Variable ${at}
      sysctl:
        net.core.made_up_${at}: ${at}
        net.ipv4.conf.{{ nic }}.arp_ignore: 1
        net.ipv4.conf.{{ nic }}.arp_announce: 2
`,
  (at) => `    - name: Text ${at} of rack {{ rack }}
      debug: {msg: "rack {{ rack }} has {{ vip }}, step ${at}"}
`,
  (at) => `    - name: Command ${at}
      command: /usr/bin/step-${at} {{ item }}
      loop: [a, b]
      register: result_${at}
      when: "'realserver' in group_names"
`,
  (at) => `    - name: Wait ${at}
      debug: {msg: "{{ result_${at - 1} }}"}
      when: rack == "r1" and ${at} > 0
`,
]
/** One task a play means something else on every host of a rack. */
const ofHost = (at) => `    - name: Host ${at}
      debug: {msg: "{{ inventory_hostname }} at {{ ansible_host }}"}
      when: rack == "r1"
`

const play = (number) => `- name: Play ${number}
  hosts: ${number % 4 === 0 ? 'director' : 'realserver'}
  vars: {step: ${number}}
  tasks:
${Array.from({ length: perPlay }, (_, at) => (at === perPlay - 1 ? ofHost : kinds[at % kinds.length])(number * perPlay + at)).join('')}`

mkdirSync(join(folder, 'inventory/group_vars'), { recursive: true })
writeFileSync(join(folder, 'inventory/hosts'), inventory())
writeFileSync(join(folder, 'inventory/group_vars/all.yml'), 'vip: 192.0.2.100\n')
for (let rack = 0; rack < 40; rack++)
  writeFileSync(join(folder, `inventory/group_vars/rack${rack}.yml`), `rack: r${rack}\n`)
writeFileSync(
  join(folder, 'site.yml'),
  Array.from({ length: Math.ceil(tasks / perPlay) }, (_, at) => play(at)).join('\n'),
)

const cli = join(import.meta.dirname, '../dist/ipvs-play.js')
const measure = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`
const begun = performance.now()
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  ['--import', `data:text/javascript,${encodeURIComponent(measure)}`, cli, 'lint', 'site.yml', '-i', 'inventory'],
  { cwd: folder, encoding: 'utf8' },
)
const seconds = (performance.now() - begun) / 1000
const peak = Number(/peak (\d+)/.exec(stderr)?.[1] ?? 0) / 1024
if (process.env.KEEP) process.stdout.write(`${folder}\n`)
else rmSync(folder, { recursive: true, force: true })
process.stdout.write(
  `${tasks} tasks, ${hosts} hosts: ${seconds.toFixed(2)} s, ${peak.toFixed(0)} MiB at most, exit ${status}\n${stdout}${stderr.split('\n').slice(0, 12).join('\n')}\n`,
)
process.exitCode = status === 0 ? 0 : 1
