import * as v from 'valibot'
import type { Diagnostic } from '../model/document.ts'
import type { ArgumentProblem, Difference, Plan, Setting } from '../model/task-type.ts'
import { type FileReading, file } from '../readings/file.ts'
import { toldContent, toldContents } from './copy/told.ts'
import { defineTask } from './define-task.ts'
import {
  attributeDifferences,
  changeAttributes,
  type Place,
  putFile,
  restorable,
  sha256,
  toldAs,
  type Wish,
} from './files/write-file.ts'

const name = (description: string) =>
  v.optional(v.pipe(v.union([v.string(), v.pipe(v.number(), v.integer())]), v.description(description)))

const args = v.strictObject({
  dest: v.pipe(v.string(), v.description('The file to write: an absolute path, its directory must be there.')),
  content: v.optional(
    v.pipe(
      v.union([v.string(), v.number(), v.boolean()]),
      v.description('What the file shall hold, to the last newline.'),
    ),
  ),
  src: v.optional(
    v.pipe(
      v.string(),
      v.description('A local file to copy, looked up in `files/` beside the playbook, then beside it.'),
    ),
  ),
  owner: name('Its owner, by name or number. Unnamed, an owner that is there stays.'),
  group: name('Its group, by name or number. Unnamed, a group that is there stays.'),
  mode: v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.description("Its mode in octal, like '0644'. Unnamed, a mode that is there stays; a new file gets 0644."),
    ),
  ),
  validate: v.optional(
    v.pipe(
      v.string(),
      v.description('A shell command that must succeed before the file takes its place; %s is the file to look at.'),
    ),
  ),
})
type Args = v.InferOutput<typeof args>

export default defineTask({
  name: 'copy',
  summary: 'Puts a file on the host, whole or not at all',
  example: `- name: The site of nginx
  copy:
    dest: /etc/nginx/conf.d/site.conf
    src: site.conf
    validate: nginx -t

- name: Tell who keeps this host
  copy: {dest: /etc/motd, content: "Kept by ipvs-play\\n", mode: '0644'}
`,
  localFiles: ['src'],
  args,
  check: ({ dest, content, src, mode }) => [...sources(content, src), ...destProblems(dest), ...modeProblems(mode)],
  readings: ({ dest }) => [file(dest)],
  plan: (wish, facts, setting) => {
    const reading = file(wish.dest)
    const place = { path: wish.dest, reading, now: facts.of(reading) }
    const problem = obstacle(place, wish.src)
    return problem ? { kind: 'refuse', problem } : plan(wishOf(wish, setting), place)
  },
})

const wishOf = (wish: Args, setting: Setting): Wish => {
  const content = wish.src === undefined ? new TextEncoder().encode(String(wish.content)) : setting.files.get(wish.src)
  if (!content) throw new Error(`local file not read: ${wish.src}`)
  return {
    path: wish.dest,
    content,
    mode: wish.mode === undefined ? undefined : Number.parseInt(`${wish.mode}`, 8).toString(8).padStart(4, '0'),
    owner: wish.owner?.toString(),
    group: wish.group?.toString(),
    validate: wish.validate,
  }
}

const plan = (wish: Wish, place: Place): Plan => {
  const { now } = place
  const same = now.kind === 'file' && now.sha256 === sha256(wish.content)
  const attributes = now.kind === 'file' ? attributeDifferences(wish, now) : []
  const changes = same
    ? toldAs(attributes, changeAttributes(wish, { ...place, now }))
    : toldAs([contentDifference(wish, now), ...attributes], putFile(wish, place))
  const notes =
    same || restorable(now) ? [] : [`${place.path} is larger than 64 KiB: its old content cannot be brought back`]
  return { kind: 'changes', changes, wishes: [place.reading], ...(notes.length > 0 ? { notes } : {}) }
}

const contentDifference = ({ path, content }: Wish, now: FileReading): Difference => {
  const after = { sha256: sha256(content), size: content.length, bytes: content }
  if (now.kind === 'file') return { what: path, ...toldContents(now, after) }
  return { what: path, from: 'absent', to: toldContent(after) }
}

/** What is there that copy does not write over or through. */
const obstacle = ({ path, now }: Place, src: string | undefined): Diagnostic | undefined => {
  const refused = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })
  if (now.kind === 'other' && now.what === 'directory')
    return refused(`${path} is a directory`, `name the file in it, like ${path}/${src?.split('/').at(-1) ?? 'NAME'}`)
  if (now.kind === 'other') return refused(`${path} is a ${now.what}`, 'copy writes regular files only')
  if (now.kind === 'link')
    return refused(`${path} is a link to ${now.to}`, 'name the file that it points to, or remove the link first')
  if (now.kind === 'unreadable') return refused(`${path} cannot be read by this user`, 'set become: true')
  if (now.kind === 'absent' && now.parent === 'missing')
    return refused(
      `the directory ${path.slice(0, path.lastIndexOf('/'))} is not there`,
      'make it first; where this user may not look into it, set become: true',
    )
  return undefined
}

const sources = (content: unknown, src: string | undefined): readonly ArgumentProblem[] => {
  if (content !== undefined && src !== undefined)
    return [{ path: ['src'], summary: '`content` and `src` are both given', hint: 'keep one' }]
  if (content !== undefined || src !== undefined) return []
  return [{ path: [], summary: 'names nothing to copy', hint: 'give `content` (a text) or `src` (a local file)' }]
}

const destProblems = (dest: string): readonly ArgumentProblem[] => {
  const wrong = (summary: string, hint: string) => [{ path: ['dest'], summary, hint }]
  if (!dest.startsWith('/')) return wrong(`\`${dest}\` is not an absolute path`, 'begin it with /')
  if (dest.endsWith('/')) return wrong(`\`${dest}\` names a directory`, 'name the file in it')
  if (/\/\.{0,2}(?:\/|$)/.test(dest)) return wrong(`\`${dest}\` takes a detour`, 'write it without //, . and ..')
  return []
}

const modeProblems = (mode: string | number | undefined): readonly ArgumentProblem[] => {
  if (mode === undefined || (typeof mode === 'string' && /^0*[0-7]{3,4}$/.test(mode))) return []
  const octal = typeof mode === 'string' ? undefined : /^[0-7]{3,4}$/.test(`${mode}`) ? mode : mode.toString(8)
  const summary = octal === undefined ? `\`${mode}\` is not a mode in octal` : `the number ${mode} may mean two modes`
  return [{ path: ['mode'], summary, hint: `write it in quotes, like '0${octal ?? '644'}'` }]
}
