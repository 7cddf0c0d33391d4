/** Playbooks that Ansible and ipvs-play both run, each on a fleet of its own, and what is held against each other. */
import type { Value } from '../../src/model/document.ts'

export interface PlaybookCase {
  readonly name: string
  /** `site.yml` and what it names. */
  readonly files: Readonly<Record<string, string>>
  /** After `run site.yml` and `ansible-playbook site.yml`. */
  readonly options?: readonly string[]
  /** In which of the ways that docs/coming-from-ansible.md lists, and what ipvs-play comes to instead. */
  readonly differs?: { readonly difference: string; readonly ours: Partial<Outcome> }
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

export const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by))
/** A play on both real servers. */
export const play = (body: string, head = ''): string => `- hosts: realserver\n${indent(head, 2)}${indent(body, 2)}`
export const tasks = (list: string, head = ''): string => play(`tasks:\n${indent(list, 2)}`, head)
export const one = (
  name: string,
  site: string,
  more: Omit<Partial<PlaybookCase>, 'name'> & { readonly with?: Readonly<Record<string, string>> } = {},
): PlaybookCase => {
  const { with: files = {}, ...rest } = more
  return { name, files: { 'site.yml': site, ...files }, ...rest }
}
/** Writes a word into a file of this name. */
export const note = (word: string, more = ''): string =>
  `- {name: ${word}, shell: "echo ${word} >>/tmp/case/order"${more}}\n`
