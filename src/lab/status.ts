import { isAlive, type LabState } from './state.ts'

/** The table of `lab status`. @param onLo by host; a host that is off has no entry */
export const statusText = (lab: LabState, onLo: ReadonlyMap<string, readonly string[]>, now: Date): string => {
  const rows = lab.hosts.map((host) => {
    const on = host.init !== undefined && isAlive(host.init)
    return [
      host.name,
      host.group,
      host.address,
      `127.0.0.1:${host.port}`,
      on ? String(host.init?.pid) : '-',
      on && host.booted !== undefined ? duration((now.getTime() - Date.parse(host.booted)) / 1000) : 'off',
      onLo.get(host.name)?.join(' ') || '-',
    ]
  })
  const lines = table([['HOST', 'GROUP', 'ADDRESS', 'SSH', 'PID', 'UP', 'VIPS ON LO'], ...rows])
  return `${lines}\n\nserver: PID ${lab.server.pid}, ${lab.ssh === 'openssh' ? 'sshd on each host' : 'embedded SSH'}`
}

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** 42s, 3m07s, 2h05m, 3d04h */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
    `${big}${bigUnit}${String(small).padStart(2, '0')}${smallUnit}`
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return pair(Math.floor(whole / 60), 'm', whole % 60, 's')
  if (whole < 86_400) return pair(Math.floor(whole / 3600), 'h', Math.floor(whole / 60) % 60, 'm')
  return pair(Math.floor(whole / 86_400), 'd', Math.floor(whole / 3600) % 24, 'h')
}
