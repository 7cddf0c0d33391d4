/** The pieces of shell that a host's init is made of, run on a directory in place of `/`. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { initScript } from '../../src/lab/boot-script.ts'
import { kernelDefaults, kernelDefaultsScript } from '../../src/lab/kernel-defaults.ts'
import { sysctlLoaderScript } from '../../src/lab/sysctl-loader.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ipvs-play-root-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const put = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
const sysctl = (path: string): string => readFileSync(join(root, 'proc/sys', path), 'utf8').trim()
const shell = (script: string): string =>
  execFileSync('/bin/sh', ['-euc', script], { env: { root, PATH: '/usr/bin:/bin' }, encoding: 'utf8' })
const load = (): string => shell(`${sysctlLoaderScript()}load_sysctl_d`)

test('the init is shell', () => {
  execFileSync('/bin/sh', ['-n'], { input: initScript() })
})

test('the loader goes by basename over all directories, and the last value wins', () => {
  put('proc/sys/a/b', '0\n')
  put('usr/lib/sysctl.d/50-x.conf', 'a.b = 1\n')
  put('etc/sysctl.d/40-y.conf', 'a.b = 2\n')
  load()
  expect(sysctl('a/b')).toBe('1')
  put('etc/sysctl.d/60-z.conf', 'a.b = 3\n')
  load()
  expect(sysctl('a/b')).toBe('3')
})

test('of one basename the directory with the higher rank is read alone', () => {
  put('proc/sys/a/b', '0')
  put('proc/sys/a/c', '0')
  put('usr/lib/sysctl.d/50-x.conf', 'a.b = 1\na.c = 1\n')
  put('etc/sysctl.d/50-x.conf', 'a.b = 2\n')
  load()
  expect([sysctl('a/b'), sysctl('a/c')]).toEqual(['2', '0'])
})

test('a link to /dev/null masks', () => {
  put('proc/sys/a/b', '0')
  put('usr/lib/sysctl.d/50-x.conf', 'a.b = 1\n')
  mkdirSync(join(root, 'etc/sysctl.d'), { recursive: true })
  symlinkSync('/dev/null', join(root, 'etc/sysctl.d/50-x.conf'))
  load()
  expect(sysctl('a/b')).toBe('0')
})

test('/etc/sysctl.conf comes last unless it is linked among the others', () => {
  put('proc/sys/a/b', '0')
  put('etc/sysctl.d/99-zz.conf', 'a.b = 1\n')
  put('etc/sysctl.conf', 'a.b = 2\n')
  load()
  expect(sysctl('a/b')).toBe('2')
  symlinkSync('../sysctl.conf', join(root, 'etc/sysctl.d/99-sysctl.conf'))
  load()
  expect(sysctl('a/b')).toBe('1')
})

test.each([
  ['net.ipv4.conf.eth0.k = 7', 'net/ipv4/conf/eth0/k', '7'],
  ['net/ipv4/conf/eth0.100/k=7', 'net/ipv4/conf/eth0.100/k', '7'],
  ['net.ipv4.conf.eth0/100.k=7', 'net/ipv4/conf/eth0.100/k', '7'],
  ['  -net.ipv4.k  =  4096\t131072  ', 'net/ipv4/k', '4096\t131072'],
  ['# net.ipv4.k = 7\n; net.ipv4.k = 7\n\nnonsense', 'net/ipv4/k', '0'],
  ['net.ipv4.conf.*.k = 7', 'net/ipv4/conf/lo/k', '7'],
])('the loader reads %j', (line, path, value) => {
  put(`proc/sys/${path}`, '0')
  put('etc/sysctl.d/x.conf', line)
  load()
  expect(sysctl(path)).toBe(value)
})

test('a key that is not there is told and does not end the boot', () => {
  put('proc/sys/a/b', '0')
  put('etc/sysctl.d/x.conf', 'no.such.key = 1\na.b = 1\n')
  expect(load()).toContain('cannot set no/such/key')
  expect(sysctl('a/b')).toBe('1')
})

test('kernel defaults are written where the machine is tuned, and nowhere else', () => {
  const written = kernelDefaults().map((line) => line.split(' ') as [string, string])
  for (const [key, value] of written) put(`proc/sys/net/${key}`, `${value}\n`)
  const tuned = ['ipv4/conf/default/rp_filter', 'ipv4/conf/all/send_redirects', 'ipv6/conf/all/disable_ipv6']
  for (const key of tuned) put(`proc/sys/net/${key}`, '2\n')
  // Another length than the kernel's own line: shows that it was not written again.
  put('proc/sys/net/ipv4/conf/all/arp_ignore', '0')
  shell(`${kernelDefaultsScript()}kernel_defaults`)
  for (const [key, value] of written) expect(`${key} ${sysctl(`net/${key}`)}`).toBe(`${key} ${value}`)
  expect(readFileSync(join(root, 'proc/sys/net/ipv4/conf/all/arp_ignore'), 'utf8')).toBe('0')
})
