import type { Transport } from '../model/connection.ts'
import { openLocal } from './local.ts'
import { createPasswordGate } from './password-gate.ts'
import { createSshTransport, type SshTransportOptions } from './ssh.ts'

/** Every way to a host, chosen by its target. What must be shared by all hosts of a run is shared by all ways. */
export const createTransport = (options: Omit<SshTransportOptions, 'passwords' | 'logins'>): Transport => {
  const passwords = createPasswordGate()
  const ssh = createSshTransport({ ...options, passwords, logins: createPasswordGate() })
  return {
    open: async (target, signal) =>
      target.wants === 'local' ? openLocal(target, passwords) : ssh.open(target, signal),
  }
}
