/** How other commands ask the server for something: one line of JSON each way on a Unix socket in the lab's directory. */
import { closeSync, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { LabProblem } from './run-command.ts'

export interface ControlRequest {
  readonly do: 'reboot'
  readonly host: string
}
export interface ControlReply {
  /** Absent: done. */
  readonly problem?: string
}

/** A socket's path has at most 107 bytes; through a descriptor of its directory every path is short enough. */
const withShortPath = <T>(path: string, use: (short: string) => T): { readonly result: T; close(): void } => {
  const directory = openSync(dirname(path), 'r')
  return {
    result: use(`/proc/self/fd/${directory}/${basename(path)}`),
    close: () => closeSync(directory),
  }
}

export const listenForControl = (
  path: string,
  answer: (request: ControlRequest) => Promise<ControlReply>,
): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}) // the asker went away
      createInterface({ input: socket }).once('line', async (line) => {
        socket.end(`${JSON.stringify(await answer(JSON.parse(line) as ControlRequest))}\n`)
      })
    })
    const { close } = withShortPath(path, (short) => server.listen({ path: short }))
    server.once('error', reject)
    server.once('listening', () => {
      close()
      resolve(server)
    })
  })

/** Throws a LabProblem when the server is not there or says so. */
export const askServer = (path: string, request: ControlRequest): Promise<void> =>
  new Promise((resolve, reject) => {
    const { result: socket, close } = withShortPath(path, (short) => connect({ path: short }))
    let answered = false
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    createInterface({ input: socket }).once('line', (line) => {
      answered = true
      const reply = JSON.parse(line) as ControlReply
      if (reply.problem === undefined) resolve()
      else reject(new LabProblem(reply.problem))
    })
    socket.on('error', (error) => reject(new LabProblem(`the lab's server does not answer: ${error.message}`)))
    socket.on('close', () => {
      close()
      if (!answered) reject(new LabProblem('the lab ended'))
    })
  })
