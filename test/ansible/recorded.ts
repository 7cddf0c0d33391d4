import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { lacks } from '../fleet/needs.ts'
import { tellLeftOut } from '../part.ts'
import { needsOfReferee } from './referee.ts'

const recording = process.env.IPVS_PLAY_RECORD === '1'

const fileOf = (name: string): string => join(import.meta.dirname, 'recorded', `${name}.json`)

/** What real Ansible answered: `recorded/NAME.json`, by the name of the case. */
export const recordedAnswers = <Answer>(name: string): Readonly<Record<string, Answer>> =>
  existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), 'utf8')) : {}

/**
 * Whether real Ansible is not asked anew here; says so in the last lines of `npm test`. It is asked with CI=true, and
 * with IPVS_PLAY_RECORD=1, which writes down what it answers.
 */
export const leavesAnsibleUnasked = (what: string): boolean => {
  if (recording) return false
  if (process.env.CI === 'true') return lacks(`${what}, asked of real Ansible anew`, ...needsOfReferee)
  tellLeftOut(`${what}: held to Ansible's recorded answers (asked anew with CI=true)`)
  return true
}

/** Holds Ansible's new answers to the recorded ones, or records them. */
export const expectRecorded = <Answer>(name: string, fresh: Readonly<Record<string, Answer>>): void => {
  if (recording) {
    mkdirSync(join(import.meta.dirname, 'recorded'), { recursive: true })
    writeFileSync(fileOf(name), `${JSON.stringify(fresh, undefined, 1)}\n`)
  }
  expect(fresh).toEqual(recordedAnswers<Answer>(name))
}
