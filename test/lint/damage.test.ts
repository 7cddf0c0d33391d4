/**
 * Damage: each example playbook, hurt in one character or one line, is refused near the damage, or is valid; then it means
 * the same, or differs only in what is written at the damage. No task, play or keyword goes or moves without a word.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Prepared } from '../../src/cli/prepare.ts'
import { blocksOf, pages } from '../doc-blocks.ts'
import { part, seed } from '../part.ts'
import { changedLines, changedWords, meaningOf, stemsFrom, type Word } from './meaning.ts'
import { prepareFiles } from './project.ts'

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
const read = (text: string) => prepareFiles({ ...files, 'site.yml': text })
const playsOf = ({ schedule }: Prepared) => schedule?.playbooks.flatMap(({ plays }) => plays) ?? []

/** Why a damage did harm that nobody was told of; nothing where all is well. */
const harmOf = async (text: string, meant: readonly Word[], damage: Damage): Promise<string | undefined> => {
  const prepared = await read(damage.text)
  const errors = prepared.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const near = errors.some(({ at }) => at !== undefined && Math.abs(at.line - damage.line) <= 3)
    return near ? undefined : errors.map(({ at, summary }) => `${at?.line} ${summary}`).join('; ')
  }
  const lines = changedLines(text, damage.text)
  const { gone, come } = changedWords(meant, meaningOf(playsOf(prepared)), lines)
  const moved = [
    ...gone.filter((word) => !stemsFrom(word, text, lines.before)).map((word) => `gone: ${word.text}`),
    ...come.filter((word) => !stemsFrom(word, damage.text, lines.after)).map((word) => `come: ${word.text}`),
  ]
  return moved.length === 0 ? undefined : moved.join('; ')
}

test.each(examples)(
  '%s',
  async (_, text) => {
    const whole = await read(text)
    expect(whole.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    const meant = meaningOf(playsOf(whole))
    const harm: string[] = []
    await fc.assert(
      fc.asyncProperty(damageOf(text), async (damage) => {
        const found = await harmOf(text, meant, damage)
        if (found !== undefined) harm.push(`${damage.what} in line ${damage.line}: ${found}\n${damage.text}`)
      }),
      { numRuns: runs, seed, endOnFailure: true },
    )
    expect(harm.join('\n----\n')).toBe('')
  },
  60_000,
)
