import { expect, test } from 'vitest'
import { insteadOf, shortName } from '../../src/documents/module-words.ts'
import { taskTypes } from '../../src/tasks/index.ts'

test.each([
  ['copy', 'copy'],
  ['ansible.builtin.copy', 'copy'],
  ['ansible.legacy.command', 'command'],
  ['ansible.posix.sysctl', 'sysctl'],
  ['wait_for', 'wait-for'],
  ['ansible.builtin.wait_for', 'wait-for'],
  ['ansible.builtin.systemd', 'service'],
  ['systemd_service', 'service'],
  ['apt', 'package'],
  ['modprobe', 'modules'],
  ['community.general.modprobe', 'modules'],
  ['ansible.posix.copy', 'ansible.posix.copy'],
  ['community.general.copy', 'community.general.copy'],
  ['net.ipv4.ip_forward', 'net.ipv4.ip_forward'],
])('%s is the task type %s', (key, type) => {
  expect(shortName(key)).toBe(type)
})

// What users of Ansible write most: each is a task type here, or the nearest way is told.
const used =
  'apt command copy shell template service systemd debug assert fail pause wait_for script package lineinfile blockinfile file stat get_url uri git user group cron mount unarchive synchronize fetch find reboot firewalld iptables nmcli hostname timezone yum dnf apk pip systemd_service slurp replace apt_key apt_repository authorized_key known_hosts raw ping getent tempfile archive patch ini_file ufw selinux seboolean add_host group_by set_stats async_status service_facts package_facts wait_for_connection'.split(
    ' ',
  )
test.each(used)('%s has its place', (module) => {
  expect(taskTypes.has(shortName(module)) || insteadOf(`ansible.builtin.${module}`) !== undefined).toBe(true)
})

test('no task type is refused', () => {
  for (const type of taskTypes.keys()) expect(insteadOf(type), type).toBeUndefined()
})
