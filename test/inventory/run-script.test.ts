import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { runScript } from '../../src/inventory/run-script.ts'
import { directoryWith, told } from './resolved.ts'

const script = (text: string, mode = 0o755): string => {
  const directory = directoryWith({ other: 'lone\n' })
  writeFileSync(`${directory}/script`, text)
  chmodSync(`${directory}/script`, mode)
  return directory
}

const read = (directory: string, scripts: 'run' | 'leave' = 'run') =>
  readInventory([`${directory}/script`, `${directory}/other`], { playbookDirectories: [], scripts })

const lists = `#!/bin/sh\necho '{"web": {"hosts": ["w1"]}, "_meta": {"hostvars": {}}}'\n`

test('a script is left alone where it may not be run, and what comes from it is no mistake', async () => {
  const directory = script('#!/bin/sh\ntouch "$0.ran"\n')
  const { value, problems } = await read(directory, 'leave')
  expect(told(problems, directory)).toEqual([
    'warning: script:1:1 script was not run, so its hosts and variables are not checked (see what it gives with: ipvs-play inventory --graph)',
  ])
  expect([...value.hosts.keys()]).toEqual(['lone'])
  expect(told(selectHosts('web,lone', value).problems)).toEqual([
    "warning: no host or group is called 'web' (it may come from the script that was not run)",
  ])
  // What it would have written is not there: nothing below the directory but the two files.
  expect((await readInventory([`${directory}/script.ran`], { playbookDirectories: [] })).problems).toHaveLength(1)
})

test.each([
  [lists, 0o644, 'this is a script that may not be executed (make it executable: chmod +x script)'],
  [lists, 0o757, 'this script can be written by others, so it is not run (chmod go-w script)'],
  [lists, 0o775, 'this script can be written by others, so it is not run (chmod go-w script)'],
  [
    '#!/bin/sh\necho one >&2; echo trouble >&2; exit 3\n',
    0o755,
    'the script failed with exit code 3 for --list: trouble (try it: script --list)',
  ],
  ['#!/bin/sh\n', 0o755, 'the script printed nothing for --list (see what it prints: script --list)'],
  ['#!/bin/sh\necho hello\n', 0o755, 'the script printed no JSON for --list (see what it prints: script --list)'],
  ['#!/bin/sh\necho []\n', 0o755, 'the script printed no JSON object for --list (see what it prints: script --list)'],
  [
    "#!/bin/sh\nprintf '\\377'\n",
    0o755,
    'what the script printed for --list is not text in UTF-8 (try it: script --list)',
  ],
  ['#!/nowhere/at/all\n', 0o755, 'the script could not be run (ENOENT) for --list (try it: script --list)'],
  [
    '#!/bin/sh\n[ "$1" = --list ] && echo \'{"web": ["w1"]}\' || exit 1\n',
    0o755,
    'the script failed with exit code 1 for --host w1 (try it: script --host w1)',
  ],
  [
    '#!/bin/sh\nhead -c 70000000 /dev/zero\n',
    0o755,
    'the script printed more than 64 MiB for --list (try it: script --list)',
  ],
])('%j with mode %i is refused', async (text, mode, problem) => {
  const directory = script(text, mode)
  expect(told((await read(directory)).problems, directory)).toEqual([`error: script:1:1 ${problem}`])
})

test.each([
  ['--list', '#!/bin/sh\nexec sleep 600\n'],
  ['--host w1', '#!/bin/sh\n[ "$1" = --list ] && echo \'{"web": ["w1"]}\' || exec sleep 600\n'],
])('a script that does not come to an end is ended: %s', async (asked, text) => {
  const directory = script(text)
  const { problems } = await runScript(`${directory}/script`, 2)
  expect(told(problems, directory)).toEqual([
    `error: script:1:1 the script took longer than 2 s for ${asked} (try it: script ${asked})`,
  ])
})

test.skipIf(process.getuid?.() !== 0)('a script of another user is not run', async () => {
  const directory = script(lists)
  chownSync(`${directory}/script`, 65_534, 65_534)
  expect(told((await read(directory)).problems, directory)).toEqual([
    'error: script:1:1 this script belongs to another user, so it is not run (look at what it does, then make it yours or copy it)',
  ])
})
