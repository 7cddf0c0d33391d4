/** Words of Ansible that may stand with these values only: what they then say holds here anyway. */
import type { MapEntry } from '../model/document.ts'
import { describe, mistake, type Report } from './playbook-fields.ts'

interface Implied {
  /** Plays themselves choose among more. */
  readonly of?: 'task'
  readonly values: readonly (string | boolean)[]
  /** For any other value. */
  readonly hint: string
}

const implied: Readonly<Record<string, Implied>> = {
  gather_facts: {
    values: [false],
    hint: 'facts are read by themselves; remove it, or write `gather_facts: false`',
  },
  force_handlers: { values: [true], hint: 'handlers notified by proven changes always run; remove it' },
  connection: {
    of: 'task',
    values: ['ssh', 'smart', 'ansible.builtin.ssh'],
    hint: 'a host has one connection for the whole run: write it on the play, or use `delegate_to: localhost`',
  },
}

/** Reports those of `entries` that say something else. */
export const refuseOtherWords = (
  entries: ReadonlyMap<string, MapEntry>,
  here: 'play' | 'task',
  report: Report,
): void => {
  for (const [word, { of = here, values, hint }] of Object.entries(implied)) {
    const entry = entries.get(word)
    if (entry === undefined || of !== here) continue
    const { key, value } = entry
    if (value.kind !== 'scalar')
      report(mistake(value.at, `\`${word}\` must be ${values.join(' or ')}, not ${describe(value)}`, hint))
    else if (!(values as readonly unknown[]).includes(value.value))
      report(mistake(key.at, `\`${word}: ${value.source}\` of Ansible is not part of ipvs-play`, hint))
  }
}
