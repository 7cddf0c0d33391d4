/**
 * Damage: each example playbook, hurt in one character or one line, is as valid as before or refused near the damage.
 * What counts as harmless is that all of it still means the same, or is a value that nobody can know to be wrong.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blocksOf, pages } from '../doc-blocks.ts'
import { part } from '../part.ts'
import { lintFiles } from './project.ts'

const runs = part('damages of each example playbook', 200, 20)

const folder = join(import.meta.dirname, '../../playbooks')

/** The playbooks, and the examples of pages that are whole playbooks or lists of tasks. */
const examples: readonly (readonly [name: string, text: string])[] = [
  ...readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
  ...pages
    .filter((page) => page.startsWith('docs/tasks/'))
    .flatMap(blocksOf)
    .filter(({ language }) => language === 'yaml')
    .map(
      ({ page, text }, at) =>
        [
          `${page} ${at}`,
          /^- hosts:|^- name:.*\n {2}hosts:/m.test(text)
            ? text
            : `- hosts: realserver\n  tasks:\n${text.replace(/^(?=.)/gm, '    ')}`,
        ] as const,
    ),
]

interface Damage {
  readonly what: string
  readonly text: string
  /** Counts from 1. */
  readonly line: number
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** One character taken, put or changed; one line taken, doubled, or moved by a blank. */
const damageOf = (text: string): fc.Arbitrary<Damage> => {
  const lines = text.split('\n')
  const place = fc.nat(text.length - 1)
  const row = fc.nat(lines.length - 1)
  const character = fc.constantFrom(...`:-"'{}[]#&*!|>%@\`,? \t\nax0_.=/\\`)
  const withLines = (at: number, ...put: string[]) => [...lines.slice(0, at), ...put, ...lines.slice(at + 1)].join('\n')
  return fc.oneof(
    place.map((at) => ({ what: 'taken', text: text.slice(0, at) + text.slice(at + 1), line: lineOf(text, at) })),
    fc.tuple(place, character).map(([at, put]) => ({
      what: `put ${JSON.stringify(put)}`,
      text: text.slice(0, at) + put + text.slice(at),
      line: lineOf(text, at),
    })),
    fc.tuple(place, character).map(([at, put]) => ({
      what: `became ${JSON.stringify(put)}`,
      text: text.slice(0, at) + put + text.slice(at + 1),
      line: lineOf(text, at),
    })),
    row.map((at) => ({ what: 'line taken', text: withLines(at), line: at + 1 })),
    row.map((at) => ({ what: 'line doubled', text: withLines(at, lines[at] ?? '', lines[at] ?? ''), line: at + 1 })),
    row.map((at) => ({ what: 'line indented', text: withLines(at, ` ${lines[at]}`), line: at + 1 })),
    row.map((at) => ({ what: 'line outdented', text: withLines(at, (lines[at] ?? '').slice(1)), line: at + 1 })),
  )
}

const files = {
  'machine.yml': '- debug: {msg: a}\n',
  'services.yml': '- debug: {msg: a}\n',
  'user.yml': '- debug: {msg: a}\n',

  'site.conf': 'x\n',
  'nginx.conf': 'x\n',
  'site.conf.j2': 'x\n',
  'set-up-disks.sh': '#!/bin/sh\n',
  'count.py': '#!/usr/bin/python3\n',
}
const lint = (text: string) => lintFiles({ ...files, 'site.yml': text })

test.each(examples)(
  '%s',
  async (_, text) => {
    const far: string[] = []
    await fc.assert(
      fc.asyncProperty(damageOf(text), async (damage) => {
        const problems = await lint(damage.text)
        const errors = problems.filter(({ severity }) => severity === 'error')
        if (errors.length === 0) return
        const near = errors.some(({ at }) => at !== undefined && Math.abs(at.line - damage.line) <= 3)
        if (!near)
          far.push(
            `${damage.what} in line ${damage.line}: ${errors.map(({ at, summary }) => `${at?.line} ${summary}`).join('; ')}\n${damage.text}`,
          )
      }),
      { numRuns: runs, seed: 4, endOnFailure: true },
    )
    expect(far.join('\n----\n')).toBe('')
  },
  60_000,
)
