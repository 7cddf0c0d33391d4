// npm run demo: the seed job on an embedded fleet, with a little explanation around it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const cli = join(import.meta.dirname, 'dist/ipvs-play.js')
const lab = join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'ipvs-play/lab')
const inventory = join(lab, 'inventory')

const say = (text) => process.stdout.write(`${text}\n`)
const bold = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text)
const shown = (args) => args.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')

/** Runs one command of the tool as a user would, and ends the demo when it does not go as told. */
const ipvsPlay = (...args) => {
  say(`\n${bold(`$ ipvs-play ${shown(args)}`)}`)
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
if (existsSync(join(lab, 'lab.json'))) spawnSync(process.execPath, [cli, 'lab', 'down'], { stdio: 'ignore' })
ipvsPlay('lab', 'up')
say(`
${bold('1. What would change?')} Check mode plans with the same code as a run and writes nothing.`)
ipvsPlay('run', 'site.yml', '-i', inventory, '--check', '-D')
say(`
${bold('2. Do it.')} Real servers that would change VIPs or guards go in batches: one, a quarter, the rest.`)
ipvsPlay('run', 'site.yml', '-i', inventory)
say(`
${bold('3. Again.')} All is as wished: one command a host, nothing is written.`)
ipvsPlay('run', 'site.yml', '-i', inventory)
say(`
${bold('What to try next')}
  npx ipvs-play lab status                                  the fleet
  npx ipvs-play lab exec rs1 -- ip addr show lo             the VIP on a real server
  npx ipvs-play lab reboot rs1                              pull the plug: it comes back from its disk
  npx ipvs-play lab exec rs1 -- sysctl -w net.ipv4.conf.all.arp_ignore=0
  npx ipvs-play run site.yml -i ${inventory} -C -D   the drift is seen
  npx ipvs-play run remove.yml -i ${inventory}       take it all back, in the safe order
  npx ipvs-play run --help

${bold('Take the fleet down')}
  npx ipvs-play lab down`)
