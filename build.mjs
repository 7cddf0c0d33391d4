// Builds the CLI: the index of task types, then one bundle and the file that starts it.
//   node build.mjs            index + dist/
//   node build.mjs --index    src/tasks/index.ts only
//   node build.mjs --docs     docs/tasks/*.md from the task types' schemas
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

const common = { bundle: true, platform: 'node', target: 'node20.20', logLevel: 'warning' }
const versionOf = { 'process.env.IPVS_PLAY_VERSION': JSON.stringify(version) }

/** What string-width needs of Unicode is loaded with the first text that is not plain: `require` makes it lazy. */
const lazyStringWidth = {
  name: 'lazy-string-width',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^string-width$/ }, ({ namespace, resolveDir }) =>
      namespace === 'lazy' ? undefined : { path: 'string-width', namespace: 'lazy', pluginData: resolveDir },
    )
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ pluginData }) => ({
      contents: `export default (...all) => require('string-width').default(...all)`,
      resolveDir: pluginData,
    }))
  },
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

/**
 * dist/bundle.js holds it all; dist/ipvs-play.js starts it from V8's code cache (src/cli/launch.ts). CommonJS: Node 20 has
 * no code cache for ES modules.
 */
const bundle = async () => {
  const dist = join(root, 'dist')
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n')
  // Names stay as they are, for stacks that can be read; `keepNames` would name every closure anew when it is made.
  const small = { ...common, format: 'cjs', minifyWhitespace: true, minifySyntax: true, charset: 'ascii' }
  const whole = join(dist, 'bundle.js')
  await build({
    ...small,
    define: { ...versionOf, 'import.meta.dirname': '__dirname' },
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: whole,
    external: ['cpu-features'],
    plugins: [lazyStringWidth, lightSsh2],
  })
  const code = readFileSync(whole)
  if (code.some((byte) => byte > 127)) throw new Error('the bundle is read as ASCII, and is not')
  const bin = join(dist, 'ipvs-play.js')
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16)
  await build({
    ...small,
    define: { 'process.env.IPVS_PLAY_BUNDLE': JSON.stringify(digest) },
    entryPoints: [join(root, 'src/cli/launch.ts')],
    outfile: bin,
    banner: { js: '#!/usr/bin/env node' },
  })
  chmodSync(bin, 0o755)
}

const generateDocs = async () => {
  const out = mkdtempSync(join(root, 'node_modules/.docs-'))
  try {
    await build({
      ...common,
      format: 'cjs',
      define: versionOf,
      entryPoints: [join(root, 'docs/generate-tasks.ts')],
      outfile: join(out, 'docs.cjs'),
    })
    const { writeTaskDocs } = await import(pathToFileURL(join(out, 'docs.cjs')).href)
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
