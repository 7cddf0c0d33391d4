import type { Command } from 'commander'
import { collect } from './option-values.ts'

/** How the passwords of vaults are given. */
export interface VaultOptions {
  readonly vaultPasswordFile: readonly string[]
  readonly vaultId: readonly string[]
  readonly askVaultPass?: boolean
}

export const vaultOptions = (command: Command): Command =>
  command
    .option('--vault-password-file <file>', 'open vaults with the password in this file (repeatable)', collect, [])
    .option('--vault-id <label@source>', 'the same by name: a file, or "prompt" (repeatable)', collect, [])
    .option('-J, --ask-vault-pass', 'ask once for the password of vaults')
