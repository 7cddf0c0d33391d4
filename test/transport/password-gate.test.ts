import { describe, expect, test } from 'vitest'
import { createPasswordGate, type Pass } from '../../src/transport/password-gate.ts'

const passOf = (entered: Pass | { readonly refusedOn: string }): Pass => {
  if ('refusedOn' in entered) throw new Error(`refused on ${entered.refusedOn}`)
  return entered
}

describe('a become password', () => {
  test('is tried on one host alone; once accepted nobody waits', async () => {
    const gate = createPasswordGate()
    const first = passOf(await gate.enter('secret'))
    const order: string[] = []
    const second = gate.enter('secret').then((pass) => {
      order.push('second')
      return pass
    })
    const other = passOf(await gate.enter('another password'))
    order.push('first')
    first.settle('accepted', 'rs1')
    passOf(await second).settle('accepted', 'rs2')
    expect(order).toEqual(['first', 'second'])
    passOf(await gate.enter('secret'))
    other.settle('unknown', 'rs3')
  })

  test('that one host refuses reaches no other', async () => {
    const gate = createPasswordGate()
    const first = passOf(await gate.enter('wrong'))
    const second = gate.enter('wrong')
    first.settle('refused', 'rs1')
    expect(await second).toEqual({ refusedOn: 'rs1' })
    expect(await gate.enter('wrong')).toEqual({ refusedOn: 'rs1' })
  })

  test('is tried on the next where the first vanished', async () => {
    const gate = createPasswordGate()
    const first = passOf(await gate.enter('secret'))
    const second = gate.enter('secret')
    first.settle('unknown', 'rs1')
    passOf(await second).settle('refused', 'rs2')
    expect(await gate.enter('secret')).toEqual({ refusedOn: 'rs2' })
  })
})
