import type { Reading } from '../model/task-type.ts'

/** A tool that sends ARP; Debian's package `arping` is another program, with other options. */
export type Arping = 'iputils' | 'busybox' | undefined

export const arping: Reading<Arping> = {
  key: 'arping',
  source: {
    key: 'arping',
    command: [
      'sh',
      '-c',
      `case $(arping -V 2>&1) in *iputils*) echo iputils ;; *BusyBox*) echo busybox ;;
*) if busybox --list 2>/dev/null | grep -qx arping; then echo busybox; fi ;; esac`,
    ],
  },
  parse: ({ stdout }) => {
    const word = stdout.trim()
    return word === 'iputils' || word === 'busybox' ? word : undefined
  },
  test: () => [],
}

/** Its words before the options. */
export const arpingWords = (tool: NonNullable<Arping>): readonly [string, ...string[]] =>
  tool === 'iputils' ? ['arping'] : ['busybox', 'arping']
