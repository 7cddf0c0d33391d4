import { spawn } from 'node:child_process'
import { PassThrough } from 'node:stream'
import type { Channel, Line } from './channel.ts'
import { callArgs, checkArgs } from './openssh-args.ts'

/** ssh says this when the host has opened the session. What the command said by then may stand before it, in the same line. */
const OPENED = /debug1: mux_client_request_session: master session id: \d+\r?\n/

/** The first that ssh says from OpenSSH 10 on. */
const VERSION = /^debug1: OpenSSH_[^\n]*\n/

/** Starts commands on sessions of a master, each by an `ssh` of its own. */
export const startOver =
  (program: string, socket: string, terminal: boolean): Line['start'] =>
  (command, opened) => {
    const child = spawn(program, callArgs(socket, terminal, command), { detached: true })
    const stderr = new PassThrough()
    let early = ''
    let isOpen = false
    child.stdin.on('error', () => {}) // what it means is told by 'close'
    child.on('error', (cause) => {
      if (!isOpen) opened(cause)
      isOpen = true
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (isOpen) {
        stderr.write(chunk)
        return
      }
      early += chunk.toString('latin1')
      if (!OPENED.test(early)) return
      isOpen = true
      opened(channelOf())
      stderr.write(Buffer.from(early.replace(OPENED, '').replace(VERSION, ''), 'latin1'))
    })
    const exited = new Promise<number | undefined>((resolve) => {
      child.on('close', (code) => {
        if (!isOpen) opened(new Error(refusal(early)))
        isOpen = true
        stderr.end()
        if (code !== 255) resolve(code ?? undefined)
        // ssh's own code for a loss, and what a death by signal comes to.
        else void isAlive(program, socket).then((alive) => resolve(alive ? code : undefined))
      })
    })
    const channelOf = (): Channel => ({
      stdin: child.stdin,
      stdout: child.stdout,
      stderr,
      onClose: (listener) =>
        void stderr.on('end', () => {
          void exited.then(listener)
        }),
      close: () => {
        child.kill()
        child.unref()
      },
    })
  }

const refusal = (said: string): string =>
  /^mux_client_request_session: session request failed: (.+?)\r?$/m.exec(said)?.[1] ?? 'the connection of ssh is gone'

const isAlive = (program: string, socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const check = spawn(program, checkArgs(socket), { stdio: 'ignore', detached: true })
    check.on('error', () => resolve(false))
    check.on('close', (code) => resolve(code === 0))
  })
