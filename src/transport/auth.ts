import type { AnyAuthMethod, KeyboardInteractiveAuthMethod, NextAuthHandler } from 'ssh2'
import type { Target } from '../model/connection.ts'
import { signByAgent } from './agent.ts'
import { moreThanPassword, refusedElsewhere, SECOND_FACTOR, wrongLoginPassword } from './auth-words.ts'
import type { Credentials, Offer } from './credentials.ts'
import type { Failure } from './failure.ts'
import { fingerprint } from './known-hosts.ts'
import type { Pass, PasswordGate } from './password-gate.ts'
import type { Ssh2 } from './ssh2-private.ts'
import type { Tell } from './story.ts'

/** An sshd ends the connection at the sixth refusal (MaxAuthTries), and is to say no to a password before that. */
const KEYS_BEFORE_PASSWORD = 4

export interface Asking {
  readonly ssh2: Ssh2
  readonly target: Target
  readonly credentials: Credentials
  /** For passwords of logins: a wrong one is tried on one host only. */
  readonly logins: PasswordGate
  /** Gives up what still waits for an agent. */
  readonly signal: AbortSignal
  /** While another host tries the password, this one's time stands still. */
  pause(): () => void
  /** Ends the attempt. */
  giveUp(failure: Failure): void
  readonly tell?: Tell
}

/** The dialogue of one login: what is offered next, and what came of it. */
export interface Auth {
  /** For ssh2: called for the first method, and after each refusal. */
  readonly next: (left: readonly string[] | null, partial: boolean | null, done: NextAuthHandler) => void
  /** The methods that the host would still take, as it says with each refusal. */
  refused(left: readonly string[], partial: boolean): void
  /** The host has had enough and ended the connection, which says no to what it was given last. */
  cutOff(): void
  /** What the password came to, once the attempt is over. */
  over(isIn: boolean): void
  /** The keys that were offered, in order: name, type and fingerprint. */
  readonly tried: readonly string[]
  /** What the login waits for that is not the host. */
  waitingFor(): string | undefined
}

/** Offers the keys that somebody named, then those of the agent, then the password; each once. */
export const createAuth = (asking: Asking): Auth => {
  const { target } = asking
  const { user: username } = target
  const tried: string[] = []
  const waiting = new Set<string>()
  let pass: Pass | undefined
  let left: readonly string[] | undefined
  let partial = false
  let passwordGiven = false
  let firstPrompt: string | undefined
  const methods = offers(asking)

  const allowed: readonly string[] = target.methods ?? ['publickey', 'password', 'keyboard-interactive']
  const takes = (method: string): boolean => allowed.includes(method) && (left === undefined || left.includes(method))
  const give = (method: AnyAuthMethod | false, done: NextAuthHandler): void => done(method as AnyAuthMethod)

  const advance = async (done: NextAuthHandler): Promise<void> => {
    if (settlePassword(partial ? 'accepted' : 'refused') === 'wrong') return
    if (takes('publickey')) {
      const offer =
        tried.length >= KEYS_BEFORE_PASSWORD && target.password !== undefined ? undefined : await methods.next()
      if (offer !== undefined) {
        tried.push(`${offer.name} (${offer.key.type} ${fingerprint(offer.key.getPublicSSH())})`)
        asking.tell?.(`offers ${tried.at(-1)}`)
        return give(asMethod(offer), done)
      }
    }
    if (target.password === undefined || passwordGiven) return give(false, done)
    if (left === undefined) return give({ type: 'none', username }, done)
    const method = allowed.find((each) => each !== 'publickey' && takes(each))
    if (method === 'password') {
      asking.tell?.('sends the password')
      const password = await enter()
      if (password !== undefined) give({ type: 'password', username, password }, done)
    } else if (method === 'keyboard-interactive') give({ type: method, username, prompt }, done)
    else give(false, done)
  }

  /** Undefined: not here, for it was refused elsewhere; the attempt has ended then. */
  const enter = async (): Promise<string | undefined> => {
    const password = target.password?.reveal() ?? ''
    const goOn = asking.pause()
    const entered = await asking.logins.enter(`${username}\0${password}`)
    goOn()
    if ('refusedOn' in entered) {
      asking.giveUp(refusedElsewhere(target, entered.refusedOn))
      return undefined
    }
    if (asking.signal.aborted) {
      entered.settle('unknown', target.host)
      return undefined
    }
    pass = entered
    passwordGiven = true
    return password
  }

  const settlePassword = (outcome: 'accepted' | 'refused' | 'unknown'): 'wrong' | undefined => {
    const wrong = pass !== undefined && outcome === 'refused'
    pass?.settle(outcome, target.host)
    pass = undefined
    if (!wrong) return undefined
    asking.giveUp(wrongLoginPassword(target))
    return 'wrong'
  }

  const prompt: KeyboardInteractiveAuthMethod['prompt'] = (_name, _instructions, _language, prompts, finish) => {
    const [one, another] = prompts
    const text = one?.prompt.trim() ?? ''
    asking.tell?.(`is asked ${JSON.stringify(prompts.map((each) => each.prompt))}`)
    if (another === undefined && one?.echo !== true && !passwordGiven && !SECOND_FACTOR.test(text)) {
      firstPrompt = text
      void enter().then((password) => password !== undefined && finish([password]))
      return
    }
    // Who asks for the same again did not like the answer; who asks for something else did.
    if (settlePassword(text === firstPrompt ? 'refused' : 'accepted') === 'wrong') return
    asking.giveUp(
      moreThanPassword(
        target,
        prompts.map((each) => each.prompt),
      ),
    )
  }

  const asMethod = (offer: Offer): AnyAuthMethod => {
    if (offer.kind === 'file') return { type: 'publickey', username, key: offer.key }
    return { type: 'agent', username, agent: agentWith(offer, asking, waiting) }
  }

  return {
    next: (_left, _partial, done) => void advance(done),
    refused: (methods, isPartial) => {
      left = methods
      partial = isPartial
    },
    cutOff: () => void settlePassword('refused'),
    over: (isIn) => void settlePassword(isIn ? 'accepted' : 'unknown'),
    tried,
    waitingFor: () => [...waiting].at(-1),
  }
}

/** One after the other; the agent is asked for its keys when those with a name are through. */
const offers = ({ credentials }: Asking): { next(): Promise<Offer | undefined> } => {
  const queue = [...credentials.named]
  let asked = false
  return {
    next: async () => {
      if (queue.length === 0 && !asked) {
        asked = true
        queue.push(...(await credentials.others()))
      }
      return queue.shift()
    },
  }
}

/** An agent for ssh2 that has this one key. */
const agentWith = (
  { key, name, socket }: Offer & { kind: 'agent' },
  { ssh2, signal }: Asking,
  waiting: Set<string>,
): InstanceType<Ssh2['BaseAgent']> => {
  class OneKey extends ssh2.BaseAgent {
    getIdentities(done: (error: Error | undefined, keys?: (typeof key)[]) => void): void {
      done(undefined, [key])
    }
    sign(
      _key: unknown,
      data: Buffer,
      options: unknown,
      done?: (error?: Error | null, signature?: Buffer) => void,
    ): void {
      const hash = (options as { hash?: string } | undefined)?.hash
      waiting.add(name)
      signByAgent(socket, { blob: key.getPublicSSH(), data, hash }, signal)
        .then((signature) => done?.(null, signature), done)
        .finally(() => waiting.delete(name))
    }
  }
  return new OneKey()
}
