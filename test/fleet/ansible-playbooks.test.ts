import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyFolder, type Outcome, type PlaybookCase, showFolder, type Told } from '../ansible/playbook-case.ts'
import { playbookCases } from '../ansible/playbook-cases.ts'
import { expectRecorded, leavesAnsibleUnasked, recordedAnswers } from '../ansible/recorded.ts'
import { askAnsible, prepareReferee, type Ruling } from '../ansible/referee.ts'
import { bringUp, type Fleet, type RunEnded } from './fleet.ts'
import { lacks } from './needs.ts'

const hosts = ['lb1', 'rs1', 'rs2']
const skipped = lacks('playbooks as Ansible runs them, on real sshd', 'root', 'ip', 'unshare', 'sshd')
const options = { realservers: 2, server: 'openssh' } as const

/** A folder of its own for each case, below the fleet's. */
const layOut = (fleet: Fleet, { files }: PlaybookCase, index: number): string => {
  const folder = join(fleet.folder, `case-${index}`)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const empty = (fleet: Fleet) => Promise.all(hosts.map((host) => fleet.exec(host, emptyFolder)))
const filesOn = async (fleet: Fleet): Promise<Outcome['files']> => {
  const shown = await Promise.all(hosts.map(async (host) => [host, (await fleet.exec(host, showFolder)).stdout]))
  return Object.fromEntries(shown)
}

/** Without what has no meaning to both: zeros, and `meta`, which Ansible does not count. */
const nonzero = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))

const oursOf = (ended: RunEnded, site: PlaybookCase): Omit<Outcome, 'files'> => {
  const tasks: Record<string, Told[]> = {}
  const recap: Record<string, Record<string, number>> = {}
  const metas = /\bmeta:/
  const lineOf = (where: string): string => {
    const [path = '', line = ''] = where.split(/:(?=\d+$)/)
    const name = Object.keys(site.files).find((each) => path.endsWith(`/${each}`)) ?? ''
    const [first = '', second = ''] = (site.files[name] ?? '').split('\n').slice(Number(line) - 1)
    return /^ *- /.test(second) ? first : `${first}\n${second}`
  }
  for (const event of ended.events) {
    if (event.type !== 'task-finished' || event.item !== undefined || event.status === 'not-run') continue
    const meta = metas.test(lineOf(event.where))
    // Ansible tells of `meta` only where it was skipped, and never counts it.
    if (meta && event.status !== 'skipped') continue
    const status = event.status === 'would-change' ? 'changed' : event.status
    const word = event.ignored ? 'failed ignored' : status
    const said = /\bdebug:/.test(lineOf(event.where)) && status === 'ok' ? event.result?.msg : undefined
    const told: Told = said === undefined ? [event.task, word] : [event.task, word, said]
    tasks[event.host] = [...(tasks[event.host] ?? []), told]
    if (meta) continue
    const counts = recap[event.host] ?? {}
    recap[event.host] = counts
    const count = (key: string) => {
      counts[key] = (counts[key] ?? 0) + 1
    }
    // A command that failed counts as a change where the failure is ignored.
    if (status === 'changed' || (event.ignored && event.result?.changed === true)) count('changed')
    if (status === 'failed' && event.rescued) count('rescued')
    else if (status === 'failed' && event.ignored) count('ignored')
    else if (status !== 'changed') count(status)
    if (status === 'changed' || event.ignored) count('ok')
  }
  return { tasks, recap }
}

const theirsOf = ({ stdout, stderr, code }: Ruling): Omit<Outcome, 'files'> => {
  const line = stdout.split('\n').find((each) => each.startsWith('{"tasks"'))
  if (line === undefined) throw new Error(`Ansible told nothing (${code}): ${stdout}${stderr}`)
  const { tasks, recap } = JSON.parse(line)
  const counted = Object.entries(recap as Record<string, Record<string, number>>).map(([host, counts]) => {
    const { failures = 0, ...rest } = counts
    return [host, nonzero({ ...rest, failed: failures })] as const
  })
  const lists = Object.entries(tasks as Record<string, Told[]>).map(
    ([host, list]) =>
      [
        host,
        list.map(([task, status, said]): Told => {
          // A loop of `debug` has a message for each item.
          return said === undefined || status !== 'ok' ? [task, status] : [task, status, said]
        }),
      ] as const,
  )
  return { tasks: Object.fromEntries(lists), recap: Object.fromEntries(counted) }
}

const remoteTemp = '/tmp/.ansible'
const forAnsible = {
  ANSIBLE_STDOUT_CALLBACK: 'told',
  ANSIBLE_CALLBACK_PLUGINS: '/referee/callbacks',
  ANSIBLE_GATHERING: 'explicit',
  ANSIBLE_HOST_KEY_CHECKING: '0',
  ANSIBLE_REMOTE_TEMP: remoteTemp,
  ANSIBLE_DEPRECATION_WARNINGS: '0',
}
const reach = {
  // No file on the host that only one user can read: `become_user` may be anybody.
  ansible_pipelining: true,
  ansible_python_interpreter: '/usr/bin/python3',
  ansible_ssh_private_key_file: '/case/lab/id_ed25519',
  ansible_ssh_common_args: '-o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o ControlPath=/tmp/%C',
}

describe.skipIf(skipped || leavesAnsibleUnasked('playbooks'))('real Ansible runs them as is recorded', () => {
  let fleet: Fleet
  beforeAll(async () => {
    prepareReferee()
    fleet = await bringUp(options)
  }, 600_000)
  afterAll(() => fleet?.down())

  test('all of them', { timeout: 1_200_000 }, async () => {
    const answers: Record<string, Outcome> = {}
    for (const [index, one] of playbookCases.entries()) {
      layOut(fleet, one, index)
      await empty(fleet)
      // What root made there, a module that runs as another user cannot write to.
      for (const host of hosts) await fleet.exec(host, `rm -rf ${remoteTemp}`)
      const argv = ['ansible-playbook', 'site.yml', '-i', '/case/lab/inventory', '-e', JSON.stringify(reach)] as const
      const question = { argv: [...argv, ...(one.options ?? [])] as const, cwd: `case-${index}` }
      const [ruling] = await askAnsible(fleet.folder, [question as never], forAnsible)
      if (ruling === undefined) throw new Error('no ruling')
      answers[one.name] = { ...theirsOf(ruling), files: await filesOn(fleet) }
    }
    expectRecorded('playbooks', answers)
  })
})

describe.skipIf(skipped)('ipvs-play runs a playbook as Ansible does', () => {
  let fleet: Fleet
  const recorded = recordedAnswers<Outcome>('playbooks')
  beforeAll(async () => {
    fleet = await bringUp(options)
  })
  afterAll(() => fleet?.down())

  test.each(playbookCases.map((one, index) => ({ ...one, index })))('$name', async (one) => {
    const folder = layOut(fleet, one, one.index)
    await empty(fleet)
    const ended = await fleet.run(join(folder, 'site.yml'), ...(one.options ?? []))
    rmSync(folder, { recursive: true })
    expect(ended.code, ended.stderr).not.toBe(5)
    const ours = { ...oursOf(ended, one), files: await filesOn(fleet) }
    const theirs = recorded[one.name]
    if (one.differs === undefined) expect(ours).toEqual(theirs)
    else {
      const { tasks, recap, files } = ours
      expect({ ...theirs, ...one.differs.ours }).toEqual({ tasks, recap, files })
      expect(ours, 'it differs no longer').not.toEqual(theirs)
    }
  })
})
