import type { Target } from '../../src/model/connection.ts'

/** A target that nobody said anything about, and without any file; say what the test is about. */
export const aTarget = (said: Partial<Target> = {}): Target => ({
  host: 'rs1',
  wants: 'ssh',
  address: '10.0.0.1',
  port: 22,
  user: 'alice',
  via: { kind: 'direct' },
  addressFamily: 'any',
  identityFiles: [],
  certificateFiles: [],
  identitiesOnly: false,
  knownHosts: [],
  globalKnownHosts: [],
  hostKey: 'strict',
  hashKnownHosts: false,
  algorithms: {},
  timeout: 10,
  keepAlive: { interval: 15, count: 3 },
  sshName: said.address ?? '10.0.0.1',
  sshOptions: [],
  ...said,
})
