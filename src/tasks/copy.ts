import * as v from 'valibot'
import type { ArgumentProblem } from '../model/task-type.ts'
import { decryptEntry, unsupported } from './arguments/unsupported.ts'
import { defineTask } from './define-task.ts'
import { destEntry, fileEntries, fileProblems, fileReadings, planFile } from './files/file-task.ts'

const args = v.strictObject({
  dest: destEntry,
  content: v.optional(
    v.pipe(
      v.union(
        [v.string(), v.number(), v.boolean()],
        'must be a text, a number or a boolean\nwrite a map or a list as text, with `| to_nice_json` or `| to_nice_yaml`',
      ),
      v.description('What the file shall hold, to the last newline.'),
    ),
  ),
  src: v.optional(
    v.pipe(
      v.string(),
      v.description('A local file to copy, looked up in `files/` beside the playbook, then beside it.'),
    ),
  ),
  ...fileEntries,
  remote_src: v.optional(
    v.pipe(
      v.literal(false, 'is not supported\nuse `command: {argv: [cp, …], unless: …}` for a file that is on the host'),
      v.description('Not supported: use `command: {argv: [cp, …], unless: …}` for a file that is on the host.'),
    ),
  ),
  directory_mode: unsupported('directories are not copied: name each file'),
  local_follow: unsupported('a local link is always followed'),
  checksum: unsupported('the content is always compared'),
  decrypt: decryptEntry,
})
type Args = v.InferOutput<typeof args>

/** The name of the local file, for a `dest` that is a directory. */
const nameOf = ({ src }: Args): string | undefined => src?.split('/').at(-1)

export default defineTask({
  name: 'copy',
  summary: 'Puts a file on the host, whole or not at all',
  example: `- name: The site of nginx
  copy:
    dest: /etc/nginx/conf.d/site.conf
    src: site.conf
    validate: nginx -t

- name: Tell who keeps this host
  copy: {dest: /etc/motd, content: "Kept by ipvs-play\\n", mode: 'u=rw,go=r'}
`,
  localFiles: [{ argument: 'src', folder: 'files' }],
  freeText: ['content'],
  args,
  check: (wish) => [...sources(wish), ...fileProblems(wish, nameOf(wish))],
  readings: (wish) => fileReadings(wish.dest, nameOf(wish)),
  plan: (wish, facts, { files }) => {
    const content = wish.src === undefined ? new TextEncoder().encode(String(wish.content)) : files.get(wish.src)
    if (!content) throw new Error(`local file not read: ${wish.src}`)
    return planFile({ args: wish, content, into: nameOf(wish) }, facts)
  },
})

const sources = ({ content, src }: Args): readonly ArgumentProblem[] => {
  if (content !== undefined && src !== undefined)
    return [{ path: ['src'], summary: '`content` and `src` are both given', hint: 'keep one' }]
  if (content !== undefined || src !== undefined) return []
  return [{ path: [], summary: 'names nothing to copy', hint: 'give `content` (a text) or `src` (a local file)' }]
}
