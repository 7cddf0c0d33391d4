import type { Step } from '../../model/task-type.ts'

/** Fetching and unpacking takes its time. */
const limit = 900

const apt = (...words: readonly string[]): Step => ({
  kind: 'run',
  command: ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=60', ...words],
  limit,
})

// A configuration file that somebody changed stays.
const keepConfiguration = ['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold']

export const fetchLists: Step = apt('update')

export interface Manner {
  readonly recommends?: boolean | undefined
  readonly downgrade?: boolean | undefined
}

/** @param names  each may end in `=VERSION` */
export const install = (names: readonly string[], { recommends, downgrade }: Manner = {}): Step =>
  apt(
    ...keepConfiguration,
    ...(recommends === undefined ? [] : [recommends ? '--install-recommends' : '--no-install-recommends']),
    ...(downgrade === true ? ['--allow-downgrades'] : []),
    'install',
    '--',
    ...names,
  )

export const remove = (names: readonly string[], purge: boolean): Step =>
  apt(purge ? 'purge' : 'remove', '--', ...names)
