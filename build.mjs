// Builds the CLI: the index of task types, then one bundle with lazily loaded parts.
//   node build.mjs            index + dist/
//   node build.mjs --index    src/tasks/index.ts only
//   node build.mjs --docs     docs/tasks/*.md from the task types' schemas
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = import.meta.dirname
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Every file directly in src/tasks is a task type, but the index and its definer. */
export const taskIndex = () => {
  const types = readdirSync(join(root, 'src/tasks'))
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts' && name !== 'define-task.ts')
    .map((name) => name.slice(0, -3))
    .sort()
  const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())
  // biome sorts imports by path, as `sort` does here
  return `// Written by build.mjs: every file in this folder is a task type.
import type { TaskType } from '../model/task-type.ts'
${types.map((name) => `import ${camel(name)}Task from './${name}.ts'`).join('\n')}

export const taskTypes: ReadonlyMap<string, TaskType<unknown>> = new Map(
  [${types.map((name) => `${camel(name)}Task`).join(', ')}].map((type) => [type.name, type as TaskType<unknown>]),
)
`
}

const writeIndex = () => {
  const path = join(root, 'src/tasks/index.ts')
  const text = taskIndex()
  let old = ''
  try {
    old = readFileSync(path, 'utf8')
  } catch {}
  if (old !== text) writeFileSync(path, text)
}

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.20',
  logLevel: 'warning',
  define: { 'process.env.IPVS_PLAY_VERSION': JSON.stringify(version) },
}
// Bundled CommonJS packages expect these.
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename; const __dirname = import.meta.dirname;`

/** Intl.Segmenter takes as long to make as a tenth of Node's start; string-width needs none for plain ASCII. */
const lazySegmenter = {
  name: 'lazy-segmenter',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const made = 'const segmenter = new Intl.Segmenter();'
      const used = 'segmenter.segment('
      if (text.split(made).length !== 2 || text.split(used).length !== 2) throw new Error(`${path} is not as known`)
      return {
        contents: text.replace(made, 'let segmenter;').replace(used, '(segmenter ??= new Intl.Segmenter()).segment('),
      }
    }),
}

/**
 * ssh2 in one piece with us loads in two thirds of the time. Its optional addon stays in its package, where it was built;
 * its agents for HTTP over SSH, which load Node's HTTP and TLS, are left out.
 */
const lightSsh2 = {
  name: 'light-ssh2',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    }))
    onLoad({ filter: /[\\/]ssh2[\\/]lib[\\/]http-agents\.js$/ }, () => ({ contents: 'module.exports = {}' }))
  },
}

const bundle = async () => {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  await build({
    ...common,
    entryPoints: { 'ipvs-play': join(root, 'src/cli/main.ts') },
    outdir: join(root, 'dist'),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Names stay as they are, for stacks that can be read; `keepNames` would name every closure anew when it is made.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: false,
    external: ['cpu-features'],
    banner: { js: banner },
    plugins: [lazySegmenter, lightSsh2],
  })
  const bin = join(root, 'dist/ipvs-play.js')
  writeFileSync(bin, `#!/usr/bin/env node\n${readFileSync(bin, 'utf8').replace(/^#!.*\n/, '')}`)
  chmodSync(bin, 0o755)
}

const generateDocs = async () => {
  const out = mkdtempSync(join(root, 'node_modules/.docs-'))
  try {
    await build({
      ...common,
      entryPoints: [join(root, 'docs/generate-tasks.ts')],
      outfile: join(out, 'docs.mjs'),
      banner: { js: banner },
    })
    const { writeTaskDocs } = await import(pathToFileURL(join(out, 'docs.mjs')).href)
    await writeTaskDocs(join(root, 'docs/tasks'))
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

if (process.argv.includes('--docs')) await generateDocs()
else {
  writeIndex()
  if (!process.argv.includes('--index')) await bundle()
}
