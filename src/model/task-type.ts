/** A task type is data in, data out: readings, and a pure plan. */
import type { Diagnostic, Value } from './document.ts'

/** argv. Quoted in one place (remote/quote.ts); never a shell line. */
export type Command = readonly [string, ...string[]]

/** Output is text (UTF-8, what is not valid replaced); NUL bytes do not survive. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What the runner does behind a task whose plan says so. */
export type Control =
  | { readonly kind: 'include'; readonly file: string }
  | { readonly kind: 'flush_handlers' | 'end_host' | 'end_play' }

/** What is asked of a host. Several readings may share one source: it is sent once. */
export interface Source {
  readonly key: string
  readonly command: Command
}

/**
 * Something that can be known of a host.
 * @property key     `sysctl:net/ipv4/ip_forward`, `addresses:lo`, `file:/etc/x`; equal keys mean equal readings
 * @property parse   absence is a value, never an exception
 * @property test    the test that holds on the host exactly while the reading has this value
 */
export interface Reading<T> {
  readonly key: string
  readonly source: Source
  parse(result: CommandResult): T
  test(value: T): readonly Test[]
}

/**
 * What was read, with what earlier tasks will leave laid over it.
 * Answers every reading whose source was asked, also one that `readings` could not name (an interface that it found).
 */
export interface Facts {
  of<T>(reading: Reading<T>): T
}

/** A question that the host itself answers, in the shell that is about to act. */
export type Test =
  | { readonly kind: 'value'; readonly path: string; readonly is: readonly string[] } // below /proc/sys, blanks collapsed; one of these. [] = no such file
  | { readonly kind: 'addresses'; readonly device: string; readonly are: readonly string[] } // `A/P` or `A/P SCOPE`… as readings/addresses.ts lists them, as a set
  | { readonly kind: 'guarded' } // effective arp_ignore in {1,2} and arp_announce 2 on every interface but lo
  | { readonly kind: 'not-session'; readonly address: string } // this address does not carry the SSH session; unknown = it does
  | { readonly kind: 'file'; readonly path: string; readonly is: FileState }
  | { readonly kind: 'succeeds'; readonly command: Command }

export type FileState =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file'
      readonly sha256: string
      readonly mode?: string
      readonly owner?: string
      readonly group?: string
    } // mode "0644"
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'other'; readonly what: string } // directory, device …

export type Step = { readonly requires?: readonly Test[] } & (
  | { readonly kind: 'set'; readonly path: string; readonly value: string } // path below /proc/sys, without it
  | {
      readonly kind: 'put'
      readonly path: string
      readonly content: Uint8Array
      readonly mode?: string
      readonly owner?: string
      readonly group?: string
      /** Shell command that must succeed before the rename; `%s` is the temporary file. */
      readonly validate?: string
    }
  | {
      readonly kind: 'run'
      readonly command: Command
      readonly stdin?: string
      readonly chdir?: string
      readonly limit?: number
      /** A script of ours that only looks: where it fails, what it says is all that there is to say. */
      readonly speaks?: true
    }
)

export interface Difference {
  readonly what: string
  readonly from: string
  readonly to: string
}

/** What a touched reading will be afterwards. */
export interface Prediction<T = unknown> {
  readonly reading: Reading<T>
  readonly value: T
}

/** A condition on the rest of the fleet. The engine asks for it before anything is sent, in check mode too. */
export type Demand =
  | { readonly kind: 'out-of-rotation'; readonly address: string } // no director sends traffic for this VIP to the host
  | { readonly kind: 'holds'; readonly address: string; readonly server: string } // the host that has the address `server` holds this VIP

export interface Change extends Difference {
  readonly steps: readonly Step[]
  /** Takes exactly this change back: every touched reading is restored. */
  readonly undo: readonly Step[]
  /** Every reading it touches. The engine derives `from` and the proof of it by `reading.test`. */
  readonly leaves: readonly Prediction[]
  readonly demands?: readonly Demand[]
}

/** Something to ask on the terminal; without `echo` the answer is a secret. */
export interface Question {
  readonly prompt: string
  readonly echo: boolean
}

/** Fields that `register` will hold beside changed/failed/skipped. */
export type ResultFields = { readonly [key: string]: Value }

export type Plan =
  | {
      readonly kind: 'changes' // none: already as wished
      readonly changes: readonly Change[]
      /** What the task wishes to hold at the end of the round; read back once more there. */
      readonly wishes: readonly Reading<unknown>[]
      readonly result?: ResultFields
      /** Worth a warning though nothing fails: another file overrides ours at boot. */
      readonly notes?: readonly string[]
      /**
       * Its changes start programs that may touch anything else: they travel alone, guards and VIPs are looked at around
       * each step, and behind them all is read anew.
       */
      readonly unsettles?: true
      readonly control?: Control
    }
  | {
      readonly kind: 'opaque' // its effect is not known before it is done
      readonly steps: readonly Step[]
      readonly because: string
      /** It is known what it will come to: check says `would-change`, or `ok` where the list is empty, not `unknown`. */
      readonly foretold?: readonly Difference[]
      /** What it looks at is wrong now: check says `failed` where nothing before may change that. */
      readonly amiss?: Diagnostic
      /** Whether its steps changed anything, judged by what they said. Without it they did. */
      changed?(results: readonly CommandResult[]): boolean
      /** Empty lines at the end of the registered output stay. */
      readonly keepsEnds?: true
    }
  | {
      readonly kind: 'wait' // at the controller: nothing is sent
      /** Seconds, or for an answer, which becomes `user_input` of the result. */
      readonly for: number | Question
      /** Shown meanwhile. */
      readonly says?: string
      readonly result?: ResultFields
    }
  | { readonly kind: 'skip'; readonly because: string; readonly result?: ResultFields }
  | { readonly kind: 'refuse'; readonly problem: Diagnostic; readonly result?: ResultFields } // an invariant forbids it: failed, in check too

/** What a reboot must bring back. `value`/`gone`: an entry without a value, or gone, is no longer wished. */
export type Lasting =
  | { readonly kind: 'sysctl'; readonly path: string; readonly value?: string } // path: net/ipv4/…, slash form
  | {
      readonly kind: 'vip'
      readonly address: string
      readonly scope: string
      readonly label?: string
      readonly gone?: true
    } // address with its prefix length
  | { readonly kind: 'nic-vip'; readonly address: string; readonly device: string; readonly gone?: true } // address with its prefix length
  | { readonly kind: 'ipvs'; readonly name: string; readonly lines?: readonly IpvsLine[] } // of a service, or `timeouts`

/** Words for ipvsadm. `record`: the file that says of a server that it was drained, so that it starts with weight 0. */
export interface IpvsLine {
  readonly words: readonly string[]
  readonly record?: string
}

/** The address under which directors list a host, or why it is not known. */
export type ServerAddress = { readonly address: string } | { readonly problem: string; readonly hint: string }

/** What a plan may know of the rest of the fleet. */
export interface Fleet {
  /** The hosts of a group, or the host itself; undefined: no such name. */
  members(name: string): readonly string[] | undefined
  /** Of each host, for VIPs of this family; of all at once, since hosts that were not looked at yet are read for it. */
  serverAddresses(hosts: readonly string[], family: 4 | 6): ReadonlyMap<string, ServerAddress>
  /** The hosts of the groups director and realserver that can be asked, by the hardware address of each interface. */
  hardware(): ReadonlyMap<string, { readonly host: string; readonly group: 'director' | 'realserver' }>
}

/** What a plan may know besides arguments and facts. */
export interface Setting {
  readonly fleet?: Fleet
  /** How many `-v` the run was given. */
  readonly verbosity?: number
  readonly host: string
  readonly groups: readonly string[]
  /** What this host's tasks of this run brought to ok or changed, in any play, in order. */
  readonly lasting: readonly Lasting[]
  /** Local files named by the arguments in `localFiles`, by the absolute path that the argument has become. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** One mistake in arguments: where in them, and what. */
export interface ArgumentProblem {
  readonly path: readonly (string | number)[]
  readonly summary: string
  readonly hint?: string
}

/** An argument that names a local file. Found, it reaches `parse` as an absolute path. */
export interface LocalFile {
  readonly argument: string
  /** Where beside the playbook it is looked for first. */
  readonly folder: 'files' | 'templates'
  /** Its text is rendered as a template: the argument reaches `parse` as `{path, text}`. `text` is free as in `freeText`. */
  readonly rendered?: true
}

export interface TaskType<Args> {
  readonly name: string
  /** One line for docs and `doc`. */
  readonly summary: string
  /** YAML examples for the generated documentation. */
  readonly example: string
  /** The valibot schema of the arguments, with descriptions; only the docs generator converts it to JSON Schema. */
  readonly schema: unknown
  parse(
    input: Value,
  ): { readonly ok: true; readonly args: Args } | { readonly ok: false; readonly problems: readonly ArgumentProblem[] }
  /** Arguments that name local files, which the schedule reads. */
  readonly localFiles?: readonly LocalFile[]
  /** Brings another way to write the arguments into the one that has their names, before local files are looked up. */
  spelled?(input: Value): Value
  /** Names of arguments that are expressions, not text: each (or each of a list) reaches `parse` as `{source, value}`. */
  readonly evaluated?: readonly string[]
  /** Names of arguments that hold any text: what `parse` and lint say of one, they say of every other of its length. */
  readonly freeText?: readonly string[]
  /** Names of groups and hosts in the arguments, each of which the inventory must have, with their places. */
  names?(args: Args): readonly { readonly path: ArgumentProblem['path']; readonly name: string }[]
  /** Its plan looks at directors and real servers, also outside of the play. */
  readonly asksFleet?: true
  /** May change VIPs or ARP guards: a play on several real servers then starts with one. */
  readonly touchesRotation?: true
  /** Its plan may be opaque: such a task travels alone, in a round of its own. */
  readonly mayBeOpaque?: true
  /** Keeps what this run's tasks made to last (`setting.lasting`): foretold as unknown where one of those is. */
  readonly keeps?: true
  /** Steers the runner and does nothing on a host. */
  readonly steers?: true
  /** Done by the first host of a batch for all. */
  readonly forAll?: true
  /** What its arguments name become variables of the host: `ansible_facts` of its result. */
  readonly setsFacts?: true
  /** Its arguments name a file of tasks, `{file}`, which run behind it. */
  readonly includes?: true
  /** What must be known before `plan`. */
  readings(args: Args): readonly Reading<unknown>[]
  plan(args: Args, facts: Facts, setting: Setting): Plan
  lasting?(args: Args, facts: Facts, setting: Setting): readonly Lasting[]
}
