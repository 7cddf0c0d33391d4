/** Reading never stops at the first mistake: what is missing hides nothing that is wrong beside it. */
import { expect, test } from 'vitest'
import { lintFiles, say } from './project.ts'

const lint = async (tasks: string, files: Readonly<Record<string, string>> = {}, head = '') =>
  (await lintFiles({ ...files, 'site.yml': `- hosts: realserver\n${head}  tasks:\n${tasks}` }))
    .map((problem) => `${problem.at?.file}:${say(problem)}`)
    .sort()

test.each([
  ['copy', '    - copy: {src: gone, dets: /x}\n'],
  ['template', '    - template: {src: gone, dets: /x}\n'],
])('a local file that is missing: %s', async (_, tasks) => {
  expect(await lint(tasks)).toEqual([
    expect.stringMatching(/^site\.yml:3:\d+ error missing key `dest`/),
    expect.stringMatching(/^site\.yml:3:\d+ error there is no local file "gone"/),
    expect.stringMatching(/^site\.yml:3:\d+ error unknown key `dets`/),
  ])
})

test('a local file that is missing: script, behind a result', async () => {
  const tasks = `    - command: uptime
      register: load
    - script: {src: gone, arguments: ["{{ load.stdout }}"], chdri: /x}
`
  expect(await lint(tasks)).toEqual([
    'site.yml:5:21 error there is no local file "gone"',
    'site.yml:5:61 error unknown key `chdri`',
  ])
})

test('a template with a mistake in it', async () => {
  const said = await lint('    - template: {src: a.j2, dest: /x, mdoe: "0644"}\n', {
    'templates/a.j2': '{{ nobody }}\n',
  })
  expect(said).toEqual([
    'site.yml:3:39 error unknown key `mdoe`',
    'templates/a.j2:1:4 error undefined variable "nobody"',
  ])
})

test('a file of variables that is missing: only names that it may give are let be', async () => {
  const tasks = `    - copy: {src: "{{ from_it }}", dest: "{{ from_it }}"}
    - command: {cmd: ls, chdri: "{{ from_it }}"}
    - debug: {msg: "{{ vip | ipadr }}"}
`
  expect(await lint(tasks, {}, '  vars_files: [gone.yml]\n')).toEqual([
    'site.yml:2:16 error there is no file of variables "gone.yml"',
    'site.yml:5:26 error unknown key `chdri`',
    expect.stringMatching(/^site\.yml:6:\d+ error unknown filter "ipadr"/),
  ])
})

test('an include whose condition waits: its file is known all the same', async () => {
  const tasks = `    - command: uptime
      register: load
    - include_tasks: more.yml
      when: load.rc == 0
    - include_tasks: gone.yml
      when: load.rc == 0
    - debug: {msg: "{{ said.stdout }}"}
`
  const files = { 'more.yml': '- copy: {dets: /x}\n- command: who\n  register: said\n- debug: {msg: "{{ nobody }}"}\n' }
  expect(await lint(tasks, files)).toEqual([
    'more.yml:1:10 error unknown key `dets`',
    'more.yml:1:9 error missing key `dest`',
    'more.yml:4:20 error undefined variable "nobody"',
    'site.yml:7:22 error there is no file of tasks "gone.yml"',
  ])
})

test('files that include each other again and again come to an end', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 18 }, (_, index) => [`${index}.yml`, `- include_tasks: ${index + 1}.yml\n`.repeat(4)]),
  )
  expect(await lint('    - include_tasks: 0.yml\n', { ...files, '18.yml': '- debug: {msg: a}\n' })).toEqual([
    'site.yml:3:22 error this include brings more than 10000 tasks',
  ])
})

test('a loop of includes whose condition waits may leave out any of its files', async () => {
  const tasks = `    - command: uptime
      register: load
    - include_tasks: "{{ item }}.yml"
      loop: [gone, lost]
      when: item in load.stdout
`
  expect(await lint(tasks)).toEqual([])
})
