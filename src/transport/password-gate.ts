/**
 * A become password that a host asks for is first answered on one host alone: where it is wrong, accounts that are kept
 * centrally would be locked by the next host's try (faillock). Hosts that do not ask never wait.
 */
export interface PasswordGate {
  /** Waits while another host tries this password. */
  enter(password: string): Promise<Pass | { readonly refusedOn: string }>
}

/** Leave to send it, and the duty to say what came of it. */
export interface Pass {
  /** `unknown`: the host vanished, or refused for another reason; the next one tries. */
  settle(outcome: 'accepted' | 'refused' | 'unknown', host: string): void
}

const free: Pass = { settle: () => {} }

export const createPasswordGate = (): PasswordGate => {
  const known = new Map<string, 'accepted' | { readonly refusedOn: string }>()
  const trials = new Map<string, Promise<void>>()
  const enter = async (password: string): Promise<Pass | { readonly refusedOn: string }> => {
    for (;;) {
      const verdict = known.get(password)
      if (verdict !== undefined) return verdict === 'accepted' ? free : verdict
      const trial = trials.get(password)
      if (trial === undefined) break
      await trial
    }
    let over: () => void = () => {}
    trials.set(
      password,
      new Promise((resolve) => {
        over = resolve
      }),
    )
    return {
      settle: (outcome, host) => {
        if (outcome !== 'unknown') known.set(password, outcome === 'accepted' ? outcome : { refusedOn: host })
        trials.delete(password)
        over()
      },
    }
  }
  return { enter }
}
