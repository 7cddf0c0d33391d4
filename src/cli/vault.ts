/** The passwords of vaults: asked for, read from files, or told by a script. */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { createKeyring, type Keyring, type VaultPassword } from '../documents/keyring.ts'
import { unsafeToRun } from '../inventory/run-script.ts'
import { askSecretly } from './password.ts'
import { Refused, refuse } from './problems.ts'
import type { VaultOptions } from './vault-options.ts'

interface Source {
  readonly label: string
  /** A path, or `prompt`. */
  readonly from: string
}

/** The shell does not know the home behind `LABEL@`. */
const withHome = (path: string): string => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)

const sourceOf = (id: string): Source => {
  const at = id.indexOf('@')
  const label = at <= 0 ? 'default' : id.slice(0, at)
  return { label, from: withHome(id.slice(at + 1)) }
}

/** Labels as given, each tried in this order. Asks and runs scripts once, before anything else is read. */
export const readKeyring = async ({ vaultPasswordFile, vaultId, askVaultPass }: VaultOptions): Promise<Keyring> => {
  const sources = [...vaultId.map(sourceOf), ...vaultPasswordFile.map((from) => ({ label: 'default', from }))]
  if (askVaultPass) sources.push({ label: 'default', from: 'prompt' })
  const passwords: VaultPassword[] = []
  for (const source of sources)
    passwords.push({ label: source.label, password: source.from === 'prompt' ? await asked(source) : inFile(source) })
  return keyringOf(passwords, false)
}

/** For `lint`, which asks nobody and runs nothing: what it cannot open stays sealed. */
export const readKeyringForLint = ({ vaultPasswordFile, vaultId }: VaultOptions): Keyring => {
  const sources = [...vaultId.map(sourceOf), ...vaultPasswordFile.map((from) => ({ label: 'default', from }))]
  const plain = sources.filter(({ from }) => from !== 'prompt' && !isScript(readSource(from)))
  return keyringOf(
    plain.map((source) => ({ label: source.label, password: inFile(source) })),
    true,
  )
}

/** The passwords themselves are secrets too. */
const keyringOf = (passwords: readonly VaultPassword[], lint: boolean): Keyring => {
  const keyring = createKeyring(passwords, lint)
  for (const { password } of passwords) keyring.hide(password)
  return keyring
}

const asked = async ({ label }: Source): Promise<string> => {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    return refuse('the password of a vault is asked on a terminal and there is none', 'use --vault-password-file')
  return checked(await askSecretly(`Vault password (${label}): `), 'no password was given')
}

const readSource = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    return refuse(`the vault password file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

const isScript = (text: string): boolean => text.startsWith('#!')

const inFile = ({ label, from }: Source): string => {
  const text = readSource(from)
  const password = isScript(text) ? printed(from, label) : text
  return checked(password, `the vault password file ${from} gives no password`)
}

const checked = (password: string, otherwise: string): string => {
  const trimmed = password.trim()
  return trimmed === '' ? refuse(otherwise) : trimmed
}

/** Seconds that a script may take; it may ask somebody. */
const patience = 120

/** What a script prints. As in Ansible, one that is called `…-client` is told the label. */
const printed = (path: string, label: string): string => {
  const unsafe = unsafeToRun(path, statSync(path))
  if (unsafe !== undefined)
    throw new Refused([{ severity: 'error', at: { file: path, line: 1, column: 1 }, ...unsafe }])
  const args = /-client(?:\.\w+)?$/.test(basename(path)) ? ['--vault-id', label] : []
  const ran = spawnSync(resolve(path), args, {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: patience * 1000,
  })
  if (ran.status === 0) return ran.stdout
  const how = ran.status === null ? `did not end within ${patience} s` : `failed with exit code ${ran.status}`
  return refuse(`the vault password script ${path} ${how}`, `try it: ${path} ${args.join(' ')}`.trimEnd())
}
