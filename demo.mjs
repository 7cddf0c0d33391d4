// npm run demo: the seed job on an embedded fleet, with a little explanation around it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const cli = join(import.meta.dirname, 'dist/ipvs-play.js')
// A lab of its own: the one that the user has up stays as it is.
const lab = join(resolve(process.env.XDG_STATE_HOME || join(homedir(), '.local/state')), 'ipvs-play/demo')
const inventory = join(lab, 'inventory')

const say = (text) => process.stdout.write(`${text}\n`)
const bold = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text)
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
const home = `${homedir()}/`
const shown = (word) => (word.startsWith(home) ? `~/${quoted(word.slice(home.length))}` : quoted(word))

/** Runs one command of the tool as a user would, and ends the demo when it does not go as told. */
const ipvsPlay = (...args) => {
  say(`\n${bold(`$ ipvs-play ${args.map(shown).join(' ')}`)}`)
  const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: import.meta.dirname, stdio: 'inherit' })
  if (status !== 0) {
    say(`\nthe demo ends here: the command above ended with ${status}`)
    process.exit(status ?? 1)
  }
}

say(bold('ipvs-play: Direct Routing in five minutes, on a fleet inside this machine'))
say(`
In Direct Routing every real server carries the virtual IP (VIP) on its loopback. If one of them answers ARP for it, it
steals all traffic from the director. So the ARP guards must be there before the VIP, and all of it after a reboot.
`)
if (existsSync(join(lab, 'lab.json'))) {
  say('The fleet of an earlier demo is there: it is taken down and made anew.')
  ipvsPlay('lab', 'down', '--dir', lab)
}
ipvsPlay('lab', 'up', '--dir', lab)
say(`
${bold('1. What would change?')} Check mode plans with the same code as a run and writes nothing.`)
ipvsPlay('run', 'site.yml', '-i', inventory, '--check', '-D')
say(`
${bold('2. Do it.')} Real servers that would change VIPs or guards go in batches: one, a quarter, the rest.`)
ipvsPlay('run', 'site.yml', '-i', inventory)
say(`
${bold('3. Again.')} All is as wished: one command a host, nothing is written.`)
ipvsPlay('run', 'site.yml', '-i', inventory)
const dir = `--dir ${shown(lab)}`
const hosts = `-i ${shown(inventory)}`
say(`
${bold('What to try next')}
  the fleet
    npx ipvs-play lab status ${dir}
  the VIP on a real server
    npx ipvs-play lab exec ${dir} rs1 -- ip addr show lo
  pull the plug: it comes back from its disk
    npx ipvs-play lab reboot ${dir} rs1
  break a guard: the drift is seen
    npx ipvs-play lab exec ${dir} rs1 -- sysctl -w net.ipv4.conf.all.arp_ignore=0
    npx ipvs-play run site.yml ${hosts} -C -D
  take it all back, in the safe order
    npx ipvs-play run remove.yml ${hosts}
  all options
    npx ipvs-play run --help

${bold('Take the fleet down')}
  npx ipvs-play lab down ${dir}`)
