/** Playbooks that Ansible and ipvs-play both run, each on a fleet of its own, and what is held against each other. */
import type { Value } from '../../src/model/document.ts'

export interface PlaybookCase {
  readonly name: string
  /** `site.yml` and what it names. */
  readonly files: Readonly<Record<string, string>>
  /** After `run site.yml` and `ansible-playbook site.yml`. */
  readonly options?: readonly string[]
  /** Why they differ, and what ipvs-play comes to instead. */
  readonly differs?: { readonly why: string; readonly ours: Partial<Outcome> }
}

/** A task on a host: name, status, and what `debug` said. */
export type Told = readonly [task: string, status: string, said?: Value]

export interface Outcome {
  readonly tasks: Readonly<Record<string, readonly Told[]>>
  /** By host, without zeros. */
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** What lies in /tmp/case afterwards, by host. */
  readonly files: Readonly<Record<string, string>>
}

/** Empties and shows the folder that cases write into. */
export const emptyFolder = 'rm -rf /tmp/case; mkdir /tmp/case'
export const showFolder = `cd /tmp/case && find . -type f | sort | while read f; do echo "$f: $(tr '\\n' ' ' <"$f")"; done`
