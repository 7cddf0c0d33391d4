import ssh2 from 'ssh2'

/** A new key pair in OpenSSH's format. ssh2 now and then writes one that it cannot read itself: then another. */
export const newKeyPair = (kind: 'ed25519' | 'ecdsa'): { readonly private: string; readonly public: string } => {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync(kind as 'ecdsa', { bits: 256 })
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}
