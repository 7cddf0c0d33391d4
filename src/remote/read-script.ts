import type { Command } from '../model/task-type.ts'
import { quoteAll } from './quote.ts'
import { exportLine, timeLimit, wholeScript, wholeSeconds, withParts } from './shell.ts'

/** One command whose result is wanted. */
export interface Ask {
  readonly command: Command
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Runs a command and says its exit code, stdout and stderr. Both streams are caught without a file: stdout flows into
 * the outer substitution, stderr follows it with its length and the exit code. Two forks, one of which becomes the command.
 */
const ask = {
  needs: [timeLimit],
  lines: `ask() {
i=$1; shift
b=$({ e=$(trap - PIPE TERM; exec 2>&1 >&3 3>&-; $T "$@"); c=$?; printf '%s %s %s' "$e" \${#e} $c; } 3>&1)
c=\${b##* } b=\${b% *}
n=\${b##* } b=\${b% *}
printf '%s R %s 0 0 %s 0 %s %s\\n%s\\n' $N $i $c $((\${#b}-n)) $n "$b"
}`,
}

/**
 * The script that reads a host: a `read` frame for each ask, in order, then `done`. It leaves nothing behind.
 * An ask that takes longer than `limit` seconds (10) is ended on the host; its exit code is then 124, 137 or 143.
 */
export const readScript = (request: {
  readonly nonce: string
  readonly asks: readonly Ask[]
  readonly limit?: number
}): string => {
  const limit = wholeSeconds(request.limit ?? 10)
  const asks = request.asks.map(({ command, environment }, index) => {
    const line = `ask ${index} ${limit} ${quoteAll(command)}`
    const exports = exportLine(environment)
    return exports === '' ? line : `(${exports}; ${line})`
  })
  return wholeScript(request.nonce, [
    ...(asks.length === 0 ? [] : withParts([ask], asks)),
    `printf '%s Z 0 0 0 0 0 0 0\\n\\n' $N`,
  ])
}
