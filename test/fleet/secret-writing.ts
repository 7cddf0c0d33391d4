import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

const hex = (text: string | Buffer) => Buffer.from(text).toString('hex')

/** As ansible-vault 1.1 encrypts. */
export const vault = (text: string, password: string): string => {
  const salt = randomBytes(32)
  const keys = pbkdf2Sync(password, salt, 10_000, 80, 'sha256')
  const cipher = createCipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64))
  const padding = 16 - (Buffer.byteLength(text) % 16)
  const secret = Buffer.concat([cipher.update(text), cipher.update(Buffer.alloc(padding, padding)), cipher.final()])
  const proof = createHmac('sha256', keys.subarray(32, 64)).update(secret).digest('hex')
  const body = hex(`${hex(salt)}\n${proof}\n${hex(secret)}`)
  return `$ANSIBLE_VAULT;1.1;AES256\n${(body.match(/.{1,80}/g) ?? []).join('\n')}\n`
}

/** However it may be written, without what the product thinks of that. */
export const forms = (text: string): readonly string[] => {
  const json = JSON.stringify(text).slice(1, -1)
  const core = (before: number) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -6)
  return [text, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(text), hex(text), core(0), core(1), core(2)]
}
