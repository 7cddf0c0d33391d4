/**
 * The file that is called: it starts the bundle beside it from V8's code cache, so that all but the first run compile
 * nothing. A cache that is not for this bundle and this Node, damaged, or writable by others is not used; with
 * NODE_DISABLE_COMPILE_CACHE set there is none.
 */
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

const digestBytes = 32
const digest = (data: Buffer): Buffer => createHash('sha256').update(data).digest()

const bundle = join(__dirname, 'bundle.js')
/** Set by the build: what the bundle is, so that no other one is mistaken for it. */
const version = process.env.IPVS_PLAY_BUNDLE ?? ''
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ipvs-play/code')
const file = join(folder, `${version}-${process.version}-${process.arch}.code`)

/** Ours alone: whoever may write a code cache has our rights. */
const isOurs = (path: string): boolean => {
  const { uid, mode } = lstatSync(path)
  return uid === process.getuid?.() && (mode & 0o022) === 0
}

const readCache = (): Buffer | undefined => {
  try {
    if (!isOurs(folder) || !isOurs(file)) return undefined
    const content = readFileSync(file)
    const data = content.subarray(digestBytes)
    return digest(data).equals(content.subarray(0, digestBytes)) ? data : undefined
  } catch {
    return undefined
  }
}

/** Written beside and renamed. Those of other bundles go. Where it cannot be written, the next run compiles again. */
const writeCache = (script: Script): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!isOurs(folder)) return
    for (const name of readdirSync(folder)) if (!name.startsWith(`${version}-`)) rmSync(join(folder, name))
    const data = script.createCachedData()
    const fresh = `${file}.${process.pid}`
    writeFileSync(fresh, Buffer.concat([digest(data), data]), { mode: 0o600 })
    renameSync(fresh, file)
  } catch {}
}

const start = (): void => {
  // A pattern of a user that would try forever is matched by an engine that cannot; results are the same. Before the
  // bundle: a code cache is for the flags that V8 had.
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  // A heap of some twenty megabytes: several threads spend more on meeting than on copying.
  setFlagsFromString('--no-parallel-scavenge')
  // The build has seen to it that the bundle is ASCII: V8 then keeps one byte a character.
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(bundle, 'latin1')}\n})`
  const wanted = version !== '' && process.env.NODE_DISABLE_COMPILE_CACHE === undefined
  const cachedData = wanted ? readCache() : undefined
  const script = new Script(source, { filename: bundle, ...(cachedData && { cachedData }) })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, bundle, __dirname)
  // What a run has compiled by its end is what the next one needs; other commands use little of it.
  if (wanted && process.argv[2] === 'run' && (cachedData === undefined || script.cachedDataRejected))
    process.on('exit', () => writeCache(script))
}

start()
