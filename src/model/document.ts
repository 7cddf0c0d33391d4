/** What the files say, and where they say it. */

/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The user's mistake: what is wrong, where, and the next move. Lower case, no full stop, no blame. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly summary: string
  readonly at?: Position
  readonly hint?: string
  /** Of a finding of lint: the id that `# ipvs-play: ignore[id]` names. */
  readonly rule?: string
}

/** Reading never stops at the first mistake: a value as far as it could be made, and everything that is wrong. */
export interface Checked<T> {
  readonly value: T
  readonly problems: readonly Diagnostic[]
}

/** What a template may hold or yield: JSON's values. Maps are null-prototype objects; only own keys are ever looked up. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** A YAML value that remembers its place. `source` is the text as written, without quotes. */
export type DocNode = ScalarNode | ListNode | MapNode
export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: Position
  readonly value: string | number | boolean | null
  readonly source: string
  /** Was it quoted or a block scalar? Only those and plain strings are text to a template. */
  readonly quoted: boolean
  /** The text is a vault's, `!vault`: what it holds is told by the scope, and is never rendered. */
  readonly sealed?: true
  /** Only where the text spans lines or holds escapes: where its pieces stand. Else it stands at `at`, after the quote. */
  readonly pieces?: readonly TextPiece[]
}
/** From `offset` in the text on, the text stands in the file from this line and column on. */
export interface TextPiece {
  readonly offset: number
  readonly line: number
  readonly column: number
}
export interface ListNode {
  readonly kind: 'list'
  readonly at: Position
  readonly items: readonly DocNode[]
}
export interface MapNode {
  readonly kind: 'map'
  readonly at: Position
  readonly entries: readonly MapEntry[]
}
export interface MapEntry {
  readonly key: ScalarNode
  readonly value: DocNode
}

/** How a name is bound in a scope. */
export type Binding =
  | { readonly kind: 'written'; readonly node: DocNode } // by the user; may hold {{ }}, rendered when used
  | { readonly kind: 'value'; readonly value: Value; readonly changing?: true } // never rendered (again): text from a host, facts, results. changing: what is in it may be another next time
  | { readonly kind: 'pending'; readonly why: string; readonly fields?: readonly string[] } // known only later in the run; fields: a map with no other keys

/** The variables that a template sees. */
export interface Scope {
  get(name: string): Binding | undefined
  /** As `get`, for a name whose text is only printed, where any other text of its length would do as well. */
  readonly printed?: ((name: string) => Binding | undefined) | undefined
  /** For suggestions in messages. */
  names(): Iterable<string>
}

/** What rendering gives. `waits` names what is not known yet ("nic", "the result of check"). */
export type Rendered<T = Value> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'waits'; readonly on: string }
  | { readonly kind: 'problem'; readonly problem: Diagnostic }
