/** Ansible Vault, formats 1.1 and 1.2: text encrypted with a password (PBKDF2-SHA256, AES-256-CTR, HMAC-SHA256). */
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

/** Is this text a vault's, as a whole? */
export const isVault = (text: string): boolean => text.startsWith('$ANSIBLE_VAULT;')

/** A vault's text taken apart. `label` names the password, in format 1.2. */
export interface Armor {
  readonly label?: string
  readonly salt: Buffer
  readonly digest: Buffer
  readonly secret: Buffer
}

/** Reads a vault's text; says what is wrong with it where it is none. */
export const readArmor = (text: string): Armor | { readonly wrong: string } => {
  const [header = '', ...lines] = text.trim().split(/\s*\n\s*/)
  const [, version, cipher, label] = /^\$ANSIBLE_VAULT;([^;]+);([^;]+)(?:;(.+))?$/.exec(header) ?? []
  if (version === undefined) return { wrong: 'it does not begin with $ANSIBLE_VAULT;1.1;AES256' }
  if (version !== '1.1' && version !== '1.2') return { wrong: `its format ${version} is not 1.1 or 1.2` }
  if (cipher !== 'AES256') return { wrong: `its cipher ${cipher} is not AES256` }
  const [salt, digest, secret] = (bytesOf(lines.join(''))?.toString('latin1') ?? '').split('\n').map(bytesOf)
  if (!salt || !digest || !secret) return { wrong: 'it is cut short or damaged' }
  return { ...(label === undefined ? {} : { label }), salt, digest, secret }
}

const bytesOf = (hex: string): Buffer | undefined =>
  /^(?:[0-9a-fA-F]{2})+$/.test(hex) ? Buffer.from(hex, 'hex') : undefined

const rounds = 10_000

/** What is in it; undefined where the password is another. */
export const decrypt = ({ salt, digest, secret }: Armor, password: string): Buffer | undefined => {
  const keys = pbkdf2Sync(password, salt, rounds, 80, 'sha256')
  const [key, proof, start] = [keys.subarray(0, 32), keys.subarray(32, 64), keys.subarray(64)]
  const wanted = createHmac('sha256', proof).update(secret).digest()
  if (digest.length !== wanted.length || !timingSafeEqual(digest, wanted)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', key, start)
  const padded = Buffer.concat([decipher.update(secret), decipher.final()])
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
}
