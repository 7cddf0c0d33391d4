import type { Reading } from '../model/task-type.ts'

/** The hardware address of every interface that has one, lower case. */
export const hardwareAddresses: Reading<readonly string[]> = {
  key: 'hardware',
  source: { key: 'hardware', command: ['sh', '-c', 'cat /sys/class/net/*/address'] },
  parse: ({ stdout }) => [
    ...new Set(
      stdout
        .split('\n')
        .map((line) => line.trim().toLowerCase())
        .filter((line) => /^([\da-f]{2}:){5}[\da-f]{2}$/.test(line) && line !== '00:00:00:00:00:00'),
    ),
  ],
  test: () => [],
}
