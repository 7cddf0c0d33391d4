import type { CommandResult, Reading, Source, Test } from '../model/task-type.ts'

/**
 * A kernel module.
 * - `loaded`: `users` are the modules that need it. `builtin`: part of the kernel, always there.
 */
export type ModuleReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'loaded'; readonly users: readonly string[] }
  | { readonly kind: 'builtin' }

// A kernel without loadable modules has no /proc/modules; what is part of it and has parameters is below /sys/module.
const source: Source = {
  key: 'kernel-modules',
  command: [
    'sh',
    '-c',
    'cat /proc/modules; echo @; cat "/lib/modules/$(uname -r)/modules.builtin"; echo @; ls /sys/module',
  ],
}

/** The kernel takes - and _ for one. */
export const kernelName = (name: string): string => name.replaceAll('-', '_')

export const kernelModule = (written: string): Reading<ModuleReading> => {
  const name = kernelName(written)
  return {
    key: `module:${name}`,
    source,
    parse: ({ stdout }: CommandResult) => parseModule(stdout, name),
    test: ({ kind }): readonly Test[] => {
      if (kind === 'builtin') return [{ kind: 'succeeds', command: ['test', '-d', '/sys/module'] }]
      const look = kind === 'loaded' ? 'grep -q "^$1 " /proc/modules' : '! grep -qs "^$1 " /proc/modules'
      return [{ kind: 'succeeds', command: ['sh', '-c', look, 'sh', name] }]
    },
  }
}

const parseModule = (stdout: string, name: string): ModuleReading => {
  const [loaded = '', builtin = '', known = ''] = `\n${stdout}`.split('\n@\n')
  const line = loaded.split('\n').find((one) => one.startsWith(`${name} `))
  if (line !== undefined) {
    const users = (line.split(' ')[3] ?? '-').split(',').filter((user) => user !== '' && user !== '-')
    return { kind: 'loaded', users }
  }
  const files = builtin
    .split('\n')
    .map((path) => kernelName(path.slice(path.lastIndexOf('/') + 1).replace(/\.ko$/, '')))
  return files.includes(name) || known.split('\n').includes(name) ? { kind: 'builtin' } : { kind: 'absent' }
}
