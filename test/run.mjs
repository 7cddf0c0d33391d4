// npm test: looks for what the tests need, runs all checks and tests, and ends with what was left out and why.
//   CI=true      everything; otherwise a fixed, seeded part of the long suites
//   --unit       only the quick, pure tests
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'ipvs-play-test-'))
const leftOut = join(scratch, 'left-out')
const isRoot = process.getuid?.() === 0

/** Tests put commands of their own into PATH; the shell of Debian's busybox-static runs its own applets instead. */
const heedsPath = (busybox) => spawnSync(busybox, ['sh', '-c', 'PATH=/nowhere; ls /']).status === 127

/** What tests need of the system: a name, where it lies, the Debian package that has it, and what more must hold of it. */
const needs = [
  ['sshd', ['/usr/sbin/sshd'], 'openssh-server'],
  ['ssh', ['/usr/bin/ssh'], 'openssh-client'],
  ['dropbear', ['/usr/sbin/dropbear'], 'dropbear-bin'],
  ['sudo', ['/usr/bin/sudo'], 'sudo'],
  ['doas', ['/usr/bin/doas'], 'opendoas'],
  ['ip', ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'], 'iproute2'],
  ['unshare', ['/usr/bin/unshare'], 'util-linux'],
  ['perl', ['/usr/bin/perl'], 'perl-base'],
  ['tmux', ['/usr/bin/tmux'], 'tmux'],
  ['busybox', ['/usr/bin/busybox', '/bin/busybox'], 'busybox', heedsPath],
  ['tcsh', ['/usr/bin/tcsh', '/bin/tcsh'], 'tcsh'],
  ['zsh', ['/usr/bin/zsh', '/bin/zsh'], 'zsh'],
  ['ksh', ['/usr/bin/ksh93'], 'ksh93u+m'],
  ['mksh', ['/usr/bin/mksh', '/bin/mksh'], 'mksh'],
  ['fish', ['/usr/bin/fish'], 'fish'],
  ['sysctl', ['/usr/sbin/sysctl', '/sbin/sysctl'], 'procps'],
  ['faketime', ['/usr/bin/faketime'], 'faketime'],
  ['qemu', ['/usr/bin/qemu-system-x86_64'], 'qemu-system-x86'],
  // Makes the root file system of the referee, test/ansible/README.md.
  ...(process.env.CI === 'true' ? [['mmdebstrap', ['/usr/bin/mmdebstrap'], 'mmdebstrap']] : []),
]

const say = (text) => process.stdout.write(`${text}\n`)
const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0

const lacking = () =>
  needs.filter(([, paths, , holds = () => true]) => !paths.some((path) => existsSync(path) && holds(path)))

/** As root on Debian or Ubuntu what is missing is installed. */
const install = () => {
  const packages = lacking().map(([, , name]) => name)
  if (packages.length === 0 || !isRoot || !existsSync('/usr/bin/apt-get')) return
  say(`installing what the tests need: ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  // A service that starts on install would listen on this machine; the tests start their own.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) execFileSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' >${policy} && chmod 755 ${policy}`])
  try {
    apt('update')
    if (apt('install', '-y', '--no-install-recommends', ...packages).status !== 0) {
      for (const name of packages) apt('install', '-y', '--no-install-recommends', name)
    }
  } finally {
    if (ours) rmSync(policy)
  }
}

const unitOnly = process.argv.includes('--unit')
if (!unitOnly) install()
const missing = [
  ...lacking().map(([name, , debian]) => [name, `${name} is missing (package ${debian})`]),
  ...(isRoot ? [] : [['root', 'namespaces need root']]),
]
const env = {
  IPVS_PLAY_MISSING: missing.map(([name, why]) => `${name}=${why}`).join(','),
  IPVS_PLAY_LEFT_OUT: leftOut,
}

const tally = { passed: 0, failed: 0, skipped: 0 }
const skippedTests = []
const secondTries = []
const notStarted = []
const tests = (project) => {
  const report = join(scratch, `${project}.json`)
  const ok = run(
    'npx',
    ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    env,
  )
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] }
  tally.passed += numPassedTests
  tally.failed += numFailedTests
  tally.skipped += numPendingTests
  for (const { assertionResults, name, status: whole } of testResults) {
    // What its first step should have made is missing: its tests are skipped, and none of them failed.
    if (whole === 'failed' && !(assertionResults ?? []).some(({ status }) => status === 'failed'))
      notStarted.push(name.replace(`${root}/`, ''))
    for (const { status, fullName, failureMessages } of assertionResults ?? []) {
      const where = `${name.replace(`${root}/`, '')}: ${fullName}`
      if (status === 'skipped' || status === 'pending' || status === 'todo') skippedTests.push(where)
      if (status === 'passed' && failureMessages.length > 0)
        secondTries.push(`${where}\n    first: ${failureMessages[0].split('\n')[0]}`)
    }
  }
  return ok
}

const steps = unitOnly
  ? [['unit tests', () => tests('unit')]]
  : [
      ['build', () => run('node', ['build.mjs'])],
      ['types, lint, dead code', () => run('npm', ['run', '--silent', 'check'])],
      ['unit tests', () => tests('unit')],
      ['scripts for hosts in real shells', () => tests('shells')],
      ['fleet tests: real SSH servers in namespaces', () => tests('fleet')],
      ['machine tests: a fleet on a kernel with ip_vs', () => tests('vm')],
    ]
const failed = []
for (const [name, step] of steps) {
  const begun = Date.now()
  say(`\n── ${name}`)
  if (!step()) failed.push(name)
  say(`── ${name}: ${Math.round((Date.now() - begun) / 1000)} s`)
}

const notes = existsSync(leftOut) ? [...new Set(readFileSync(leftOut, 'utf8').trim().split('\n'))] : []
say('')
if (notes.length + skippedTests.length === 0) say('left out: nothing')
else {
  say('left out:')
  for (const note of notes) say(`  ${note}`)
  for (const name of skippedTests) say(`  skipped: ${name}`)
}
if (secondTries.length > 0) say(`passed at a second try only:\n${secondTries.map((one) => `  ${one}`).join('\n')}`)
if (notStarted.length > 0) say(`did not start, or not wholly: ${notStarted.join(', ')}`)
if (failed.length > 0) say(`failed: ${failed.join(', ')}`)
say(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
rmSync(scratch, { recursive: true, force: true })
process.exitCode = failed.length === 0 && tally.failed === 0 ? 0 : 1
