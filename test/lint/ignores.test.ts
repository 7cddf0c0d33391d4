import { expect, test } from 'vitest'
import { lintFiles, say } from './project.ts'

const playbook = (lines: string) => `- hosts: realserver\n  tasks:\n    - sysctl:\n${lines}`
const lint = async (lines: string, options = {}) => (await lintFiles({ 'site.yml': playbook(lines) }, options)).map(say)

const announce = '        net.ipv4.conf.all.arp_announce: 1'
const why = '[arp-announce-1] arp_announce 1 still lets the VIP be announced'

test('a finding, and the places of a comment that ignores it', async () => {
  expect(await lint(`${announce}\n`)).toEqual([`4:41 warning${why}`])
  expect(await lint(`${announce} # ipvs-play: ignore[arp-announce-1]\n`)).toEqual([])
  expect(await lint(`        # ipvs-play: ignore[arp-announce-1] as the vendor says\n${announce}\n`)).toEqual([])
  expect(await lint(`        # ipvs-play: ignore[arp-announce-1]\n        # more words\n${announce}\n`)).toEqual([])
})

test('a comment behind another line is about that line', async () => {
  expect(
    await lint(`        net.ipv4.conf.all.arp_ignore: 1 # ipvs-play: ignore[arp-announce-1]\n${announce}\n`),
  ).toEqual([`5:41 warning${why}`, '4:61 warning nothing here for `arp-announce-1` to ignore'])
})

test('a comment that suppresses nothing is told, unless only a part was looked at', async () => {
  const idle = '        net.ipv4.conf.all.arp_announce: 2 # ipvs-play: ignore[arp-announce-1]\n      tags: a\n'
  expect(await lint(idle)).toEqual(['4:63 warning nothing here for `arp-announce-1` to ignore'])
  expect(await lint(idle, { tags: ['a'] })).toEqual([])
})

test('several ids, ids that are none, and comments that say nothing', async () => {
  const two = `${announce} # ipvs-play: ignore[arp-announce-1, arp-anounce-2]\n`
  expect(await lint(two)).toEqual(['4:79 warning no rule is called `arp-anounce-2`'])
  expect(await lint(`${announce} # ipvs-play: ingore[arp-announce-1]\n`)).toEqual([
    `4:41 warning${why}`,
    '4:43 warning this comment to ipvs-play is not understood',
  ])
})

test('what is no finding of a rule cannot be ignored', async () => {
  expect(await lint('        # ipvs-play: ignore[two-wishes]\n        net.ipv4.ip_forward: [1]\n')).toEqual([
    expect.stringMatching(/^5:\d+ error /),
    '4:29 warning nothing here for `two-wishes` to ignore',
  ])
})
