import { directory, writer } from './lock.ts'
import { quote } from './quote.ts'
import { checkedName, uptime, wholeScript, withParts } from './shell.ts'
import type { Roots } from './write-script.ts'

/**
 * The script that a runner sends after it lost the connection to a write script: waits until that has ended, for `wait`
 * seconds at most, then prints its journal, frames under the lost script's nonce. A notice says what is missing.
 * The journal begins with the writer's process; a journal that is not there is looked for a second time.
 */
export const pickUpScript = (request: {
  readonly nonce: string
  readonly run: string
  readonly wait: number
  readonly roots?: Roots
}): string =>
  wholeScript(request.nonce, [
    `H=${quote(request.roots?.run ?? '/run/ipvs-play')} R=${checkedName('run', request.run)} W=${Math.ceil(request.wait)}`,
    ...withParts(
      [directory, writer, uptime],
      [
        `note() { printf '%s N 0 0 0 0 0 %s 0\\n%s\\n' $N \${#1} "$1"; }
J=$J.frames i=0 Z=1
now; u=$U
while :; do
if [ -r "$J" ]; then
read -r x <"$J"
A=; born \${x%% *}
[ "$A" = "$x" ] || break
elif [ $i -gt 0 ]; then break
fi
now
[ $((U-u)) -lt $W ] && [ $i -lt $W ] || { Z=; break; }
sleep 1; i=$((i+1))
done
if [ ! -r "$J" ]; then note 'the host has no journal of that script'
else
[ "$Z" ] || note 'the script on the host is still running'
cat "$J"
fi`,
      ],
    ),
  ])
