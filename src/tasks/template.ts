import * as v from 'valibot'
import { unsupported } from './arguments/unsupported.ts'
import { defineTask } from './define-task.ts'
import { destEntry, fileEntries, fileProblems, fileReadings, planFile } from './files/file-task.ts'

const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)))

const args = v.strictObject({
  src: v.pipe(
    v.strictObject({ path: v.string(), text: v.string() }),
    v.description('A local file, looked up in `templates/` beside the playbook, then beside it; its text is rendered.'),
  ),
  dest: destEntry,
  trim_blocks: flag('Take away the line end behind a `{% … %}`. Default true.'),
  lstrip_blocks: flag('Take away the blanks before a `{% … %}` that begins a line. Default false.'),
  ...fileEntries,
  newline_sequence: unsupported('line ends are those of the file'),
  output_encoding: unsupported('files are written in UTF-8'),
  block_start_string: unsupported('blocks begin with {%'),
  block_end_string: unsupported('blocks end with %}'),
  variable_start_string: unsupported('variables begin with {{'),
  variable_end_string: unsupported('variables end with }}'),
  comment_start_string: unsupported('comments begin with {#'),
  comment_end_string: unsupported('comments end with #}'),
})
type Args = v.InferOutput<typeof args>

/** The name of the local file, for a `dest` that is a directory. */
const nameOf = ({ src }: Args): string | undefined => src.path.split('/').at(-1)

export default defineTask({
  name: 'template',
  summary: 'Renders a local file with the variables of the host and puts it there, whole or not at all',
  example: `- name: The site of nginx
  template:
    src: site.conf.j2
    dest: /etc/nginx/conf.d/site.conf
    mode: '0644'
    validate: nginx -t
`,
  localFiles: [{ argument: 'src', folder: 'templates', rendered: true }],
  args,
  check: (wish) => fileProblems(wish, nameOf(wish)),
  readings: (wish) => fileReadings(wish.dest, nameOf(wish)),
  plan: (wish, facts) =>
    planFile({ args: wish, content: new TextEncoder().encode(wish.src.text), into: nameOf(wish) }, facts),
})
