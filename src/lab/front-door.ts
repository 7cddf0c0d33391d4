/** What listens on 127.0.0.1 for a host: made by `lab up` in the machine's network namespace, served here. */
import { connect, type Server, type Socket } from 'node:net'

/**
 * Lets every connection through to port 22 of `address` on the lab's wire; resets those that find nobody there, and at
 * once while the host is off: the kernel would try for a minute.
 */
export const letThrough = (door: Server, address: string, isOn: () => boolean): void => {
  door.on('connection', (outside) => {
    if (!isOn()) return void outside.resetAndDestroy()
    // A socket belongs to the network namespace of the process that makes it: this one is on the wire.
    const inside = connect({ host: address, port: 22, noDelay: true, allowHalfOpen: true })
    outside.allowHalfOpen = true
    outside.setNoDelay(true)
    join(outside, inside)
    join(inside, outside)
  })
}

const join = (from: Socket, to: Socket): void => {
  from.pipe(to)
  from.on('error', () => to.resetAndDestroy())
  from.on('close', () => to.destroy())
}
