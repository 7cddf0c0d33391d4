import { defineConfig } from 'vitest/config'

/** They run whole scripts in three real shells: seconds each. */
const shells = ['host-tests', 'lock', 'put', 'read-script', 'write-script'].map((name) => `test/remote/${name}.test.ts`)

const setupFiles = ['test/setup.ts']

// unit: pure and quick, the inner loop. shells: the scripts for hosts in this machine's shells.
// fleet: real SSH servers in real namespaces, needs root. vm: a machine with ip_vs, emulated by QEMU, needs root.
export default defineConfig({
  test: {
    projects: [
      // Pure tests leave nothing behind: they need not load everything anew for each file. A busy machine is no reason to fail.
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/fleet/**', 'test/vm/**', ...shells],
          isolate: false,
          testTimeout: 60_000,
          setupFiles,
        },
      },
      { test: { name: 'shells', include: shells, setupFiles } },
      {
        test: {
          name: 'fleet',
          include: ['test/fleet/**/*.test.ts'],
          testTimeout: 120_000,
          setupFiles,
          hookTimeout: 120_000,
          fileParallelism: false,
          // Whole machines in namespaces on a few shared cores: a second try is allowed, and the last lines tell it.
          retry: 1,
        },
      },
      {
        test: {
          name: 'vm',
          include: ['test/vm/**/*.test.ts'],
          testTimeout: 300_000,
          setupFiles,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
