import type { Keyring } from '../documents/keyring.ts'
import type { Target } from '../model/connection.ts'
import { createKeyStore, type KeyStore } from '../transport/keys.ts'
import { unlockKeys } from '../transport/passphrases.ts'
import { askSecretly, isTerminal } from './password.ts'

/** The keys of a run; passphrases are asked now, once for all hosts, and never in its middle. */
export const openKeys = async (
  targets: Iterable<Target>,
  { privateKey }: { readonly privateKey?: string },
  keyring: Keyring,
): Promise<KeyStore> => {
  const keys = createKeyStore()
  const ask = isTerminal() ? askSecretly : undefined
  const { secrets, refused } = await unlockKeys({ targets, keys, named: privateKey, ask })
  for (const secret of secrets) keyring.hide(secret)
  for (const file of refused) process.stderr.write(`warning: ${file} stays locked and is not used\n`)
  return keys
}
