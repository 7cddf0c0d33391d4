/** Every rule of lint; docs/lint.md tells each with an example. */
import type { Rule } from '../rule.ts'
import { arpAnnounce1 } from './arp-announce-1.ts'
import { arptablesByHand, ipvsByHand, modulesByHand, sysctlByHand, vipByHand } from './by-hand.ts'
import { guardsOnLoOnly } from './guards-on-lo-only.ts'
import { largeFirstBatch } from './large-first-batch.ts'
import { lockOut } from './lock-out.ts'
import { networkCommand } from './network-command.ts'
import { persistTooEarly } from './persist-too-early.ts'
import { sysctlValue } from './sysctl-value.ts'
import { twoWishes } from './two-wishes.ts'
import { nicOfNoHost } from './unknown-nic.ts'
import { unknownSysctl } from './unknown-sysctl.ts'
import { vipBeforeGuards } from './vip-before-guards.ts'
import { weakGuards } from './weak-guards.ts'

export const rules: readonly Rule[] = [
  arpAnnounce1,
  arptablesByHand,
  guardsOnLoOnly,
  ipvsByHand,
  largeFirstBatch,
  lockOut,
  modulesByHand,
  networkCommand,
  nicOfNoHost,
  persistTooEarly,
  sysctlByHand,
  sysctlValue,
  twoWishes,
  unknownSysctl,
  vipBeforeGuards,
  vipByHand,
  weakGuards,
]
