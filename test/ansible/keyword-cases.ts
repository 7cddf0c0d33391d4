import { note, one, type PlaybookCase, play, tasks } from './playbook-case.ts'

/** Keywords that templates give, and those that a play says for all its tasks. */
const switches: readonly PlaybookCase[] = [
  one(
    'ignore_errors by a template, on one host only',
    tasks(`- {name: breaks, command: "false", ignore_errors: "{{ inventory_hostname == 'rs1' }}"}
- {name: behind, debug: {msg: b}}
`),
  ),
  one(
    'ignore_errors by a result',
    tasks(`- {name: asks, command: echo yes, register: r}
- {name: breaks, command: "false", ignore_errors: "{{ r.stdout == 'yes' }}"}
- {name: behind, debug: {msg: b}}
`),
  ),
  one(
    'words in quotes and words that templates yield are booleans',
    tasks(
      `- {name: breaks, command: "false", ignore_errors: "yes"}
- {name: too, command: "false", ignore_errors: "{{ word }}"}
- {name: behind, debug: {msg: b}}
`,
      'vars: {word: "on"}\n',
    ),
  ),
  one(
    'check_mode by a template, and ansible_check_mode',
    tasks(`- {name: told, copy: {dest: /tmp/case/a, content: x}, check_mode: "{{ inventory_hostname == 'rs1' }}"}
- {name: looked, command: ls /tmp/case, changed_when: false, register: r}
- {name: said, debug: {msg: "{{ r.stdout }}"}}
`),
  ),
  one(
    'become and become_user by templates',
    tasks(
      `- {name: who, command: id -un, become: "{{ yes_ }}", become_user: "{{ who_ }}", register: r, changed_when: false}
- {name: said, debug: {msg: "{{ r.stdout }}"}}
- {name: inner, command: id -un, become_user: "{{ omit }}", register: r, changed_when: false}
- {name: again, debug: {msg: "{{ r.stdout }}"}}
`,
      'vars: {yes_: "true", who_: nobody}\n',
    ),
  ),
  one(
    'become and become_user of a play by templates',
    tasks(
      `- {name: who, command: id -un, register: r, changed_when: false}
- {name: said, debug: {msg: "{{ r.stdout }}"}}
- {name: plain, command: id -un, become: false, register: r, changed_when: false}
- {name: again, debug: {msg: "{{ r.stdout }}"}}
`,
      'become: "{{ yes_ }}"\nbecome_user: "{{ who_ }}"\nvars: {yes_: true, who_: nobody}\n',
    ),
  ),
  one(
    'run_once by a template',
    tasks(
      `- {name: once, shell: "echo {{ inventory_hostname }} >>/tmp/case/order", run_once: "{{ yes_ }}", register: r}
- {name: said, debug: {msg: "{{ r.rc }}"}}
`,
      'vars: {yes_: true}\n',
    ),
  ),
  one(
    'throttle, timeout, retries and delay by templates',
    tasks(
      `- {name: one, command: "true", throttle: "{{ n }}", timeout: "{{ n * 30 }}"}
- {name: tries, shell: "echo x >>/tmp/case/a; test $(wc -l </tmp/case/a) -ge 3", register: r, until: r.rc == 0, retries: "{{ n * 4 }}", delay: "{{ n * 0 }}"}
- {name: said, debug: {msg: "{{ r.attempts }}"}}
`,
      'vars: {n: 1}\n',
    ),
  ),
  one(
    'no_log by a template',
    tasks(
      `- {name: hidden, debug: {msg: x}, no_log: "{{ inventory_hostname == 'rs1' }}"}\n- {name: behind, command: "true"}\n`,
    ),
  ),
  one(
    'a template of a keyword is no matter where the task is skipped',
    tasks(
      `- {name: never, command: "false", when: false, ignore_errors: "{{ nobody }}"}\n- {name: behind, debug: {msg: b}}\n`,
    ),
  ),
  one(
    'ignore_errors of a play',
    play(
      `tasks:
  - {name: breaks, command: "false"}
  - {name: breaks too, command: "false", ignore_errors: false, when: inventory_hostname == "rs2"}
  - {name: behind, command: "true", notify: told}
handlers:
  - {name: told, command: "false"}
`,
      'ignore_errors: true\n',
    ),
  ),
  one('run_once of a play', tasks(`${note('one')}${note('two')}`, 'run_once: true\n')),
  one(
    'check_mode of a play',
    tasks(
      `- {name: told, copy: {dest: /tmp/case/a, content: x}}\n- {name: done, copy: {dest: /tmp/case/b, content: x}, check_mode: false}\n`,
      'check_mode: true\n',
    ),
  ),
  one(
    'no_log, diff, timeout, connection and become_method of a play',
    tasks(
      '- {name: hidden, command: "true"}\n- {name: shown, debug: {msg: x}, no_log: false, connection: ssh}\n',
      'no_log: true\ndiff: true\ntimeout: 20\nconnection: ssh\nbecome_method: sudo\n',
    ),
  ),
  one(
    'ignore_unreachable and any_errors_fatal by templates',
    tasks(
      `- {name: breaks, command: "false", when: inventory_hostname == "rs1", any_errors_fatal: "{{ no_ }}"}\n- {name: behind, debug: {msg: b}}\n`,
      'ignore_unreachable: "{{ no_ }}"\nvars: {no_: false}\n',
    ),
    {
      differs: {
        difference: 'A template of `any_errors_fatal` is what it yields',
        ours: {
          tasks: {
            rs1: [['breaks', 'failed']],
            rs2: [
              ['breaks', 'skipped'],
              ['behind', 'ok', 'b'],
            ],
          },
          recap: { rs1: { failed: 1 }, rs2: { ok: 1, skipped: 1 } },
        },
      },
    },
  ),
]

const includes: readonly PlaybookCase[] = [
  one(
    'include_tasks with file and apply',
    tasks(`- name: in
  include_tasks:
    file: more.yml
    apply:
      vars: {word: applied, mine: applied}
      environment: {WORD: applied}
      become: true
      become_user: nobody
      ignore_errors: true
      tags: some
  vars: {mine: own}
- {name: behind, debug: {msg: "{{ word is defined }}"}}
`),
    {
      with: {
        'more.yml': `- {name: said, debug: {msg: "{{ word }} {{ mine }}"}}
- {name: asks, shell: "id -un; echo $WORD", register: r, changed_when: false}
- {name: told, debug: {msg: "{{ r.stdout_lines }}"}}
- {name: inner, debug: {msg: "{{ word }}"}, vars: {word: inner}}
- {name: breaks, command: "false"}
`,
      },
    },
  ),
  one(
    'apply with tags and when, chosen by tags',
    tasks(`- {name: in, include_tasks: {file: more.yml, apply: {tags: [inside], when: inventory_hostname == "rs1"}}, tags: inside}
- {name: bare, include_tasks: more.yml, tags: inside}
- {name: other, debug: {msg: x}}
`),
    { with: { 'more.yml': note('one') }, options: ['--tags', 'inside'] },
  ),
  one(
    'apply in a loop, with the item in it',
    tasks(`- name: in
  include_tasks: {file: more.yml, apply: {vars: {word: "{{ item }}!"}, when: item != "b"}}
  loop: [a, b]
`),
    {
      with: { 'more.yml': '- {name: said, debug: {msg: "{{ word }} {{ item }}"}}\n' },
      differs: {
        difference: 'An include in a loop is one task in the recap',
        ours: { recap: { rs1: { ok: 2, skipped: 1 }, rs2: { ok: 2, skipped: 1 } } },
      },
    },
  ),
]

const handlers: readonly PlaybookCase[] = [
  one(
    'notify by a template, and one of a list',
    play(
      `tasks:
  - {name: one, command: "true", notify: "restart {{ what }}"}
  - {name: two, command: "true", notify: ["{{ all_ }}", "told {{ inventory_hostname }}"]}
handlers:
  ${note('restart web')}  ${note('first')}  ${note('told rs1')}  ${note('told rs2')}`,
      'vars: {what: web, all_: first}\n',
    ),
  ),
  one(
    'notify by a template that yields a list',
    play(
      `tasks:
  - {name: one, command: "true", notify: "{{ all_ }}"}
handlers:
  ${note('first')}  ${note('second')}`,
      'vars: {all_: [second, first]}\n',
    ),
  ),
  one(
    'a handler whose name is a template',
    play(
      `tasks:
  - {name: one, command: "true", notify: restart web}
handlers:
  - {name: "restart {{ what }}", shell: "echo told >>/tmp/case/order"}
`,
      'vars: {what: web}\n',
    ),
  ),
  one(
    'listen lists, and a topic by a template of notify',
    play(
      `tasks:
  - {name: one, command: "true", notify: "{{ topic }} changed"}
handlers:
  ${note('a', ', listen: [web changed, other]')}  ${note('b', ', listen: [other]')}`,
      'vars: {topic: web}\n',
    ),
  ),
  one(
    'notify by a template of a loop',
    play(
      `tasks:
  - {name: one, command: "true", notify: "told {{ item }}", loop: [a, b]}
handlers:
  ${note('told a')}  ${note('told b')}  ${note('told c')}`,
    ),
  ),
]

const said =
  "- {name: said, debug: {msg: \"{{ ansible_play_batch | join(' ') }} / {{ ansible_play_hosts | join(' ') }} / {{ ansible_play_hosts_all | join(' ') }} / {{ play_hosts | join(' ') }}\"}}\n"

const hosts: readonly PlaybookCase[] = [
  one('the hosts of a batch', tasks(said, 'serial: 1\n')),
  one(
    'the hosts that are left',
    tasks(`${said}- {name: breaks, command: "false", when: inventory_hostname == "rs1"}\n${said}`),
  ),
]

const loops: readonly PlaybookCase[] = [
  one(
    'a loop of changes goes on behind an item that failed',
    tasks(`- {name: each, copy: {dest: "/tmp/case/{{ item }}", content: x}, loop: [a, none/b, c], register: r, ignore_errors: true}
- {name: said, debug: {msg: "{{ r.results | map(attribute='failed') | join(' ') }} {{ r.results | map(attribute='changed') | join(' ') }}"}}
`),
  ),
  one(
    'a loop of changes that fails, and what is behind it',
    tasks(`- {name: each, copy: {dest: "/tmp/case/{{ item }}", content: x}, loop: [none/a, b, none/c, d]}
- {name: behind, debug: {msg: b}}
`),
  ),
]

const untils: readonly PlaybookCase[] = [
  one(
    'until whose condition cannot be judged',
    tasks(`- {name: tries, shell: "echo x >>/tmp/case/a", register: r, until: (r.stdout | from_json).there == 1, retries: 3, delay: 0}
- {name: behind, debug: {msg: b}}
`),
  ),
  one(
    'until whose condition is no boolean',
    tasks(`- {name: tries, shell: "echo x >>/tmp/case/a; echo word", register: r, until: r.stdout, retries: 3, delay: 0}
- {name: behind, debug: {msg: b}}
`),
  ),
  one(
    'failed_when and changed_when whose condition cannot be judged',
    tasks(`- {name: tries, command: "true", register: r, failed_when: (r.stdout | from_json).there == 1, ignore_errors: true}
- {name: too, command: "true", register: r, changed_when: (r.stdout | from_json).there == 1, ignore_errors: true}
- {name: behind, debug: {msg: "{{ r is failed }}"}}
`),
  ),
]

const pauses: readonly PlaybookCase[] = [
  one(
    'pause with a prompt and nobody to ask',
    tasks(`- {name: asked, pause: {prompt: Go on}, register: r}
- {name: said, debug: {msg: "{{ r.user_input }}|{{ r.rc }}|{{ r.echo }}|{{ r is changed }}"}}
`),
    {
      differs: {
        difference: 'What `pause` registers is there for all hosts of the batch',
        ours: {
          tasks: {
            rs1: [
              ['asked', 'ok'],
              ['said', 'ok', '|0|True|False'],
            ],
            rs2: [['said', 'ok', '|0|True|False']],
          },
          recap: { rs1: { ok: 2 }, rs2: { ok: 1 } },
        },
      },
    },
  ),
  one(
    'pause is once for all, with what it registers',
    tasks(`- {name: waits, pause: {seconds: 1}, register: r}
- {name: said, debug: {msg: "{{ r.user_input }}|{{ r.delta > 0 }}"}}
`),
    {
      differs: {
        difference: 'What `pause` registers is there for all hosts of the batch',
        ours: {
          tasks: {
            rs1: [
              ['waits', 'ok'],
              ['said', 'ok', '|True'],
            ],
            rs2: [['said', 'ok', '|True']],
          },
          recap: { rs1: { ok: 2 }, rs2: { ok: 1 } },
        },
      },
    },
  ),
  one(
    'pause on a condition of the first host',
    tasks(`- {name: waits, pause: {seconds: 1}, when: inventory_hostname == "rs2"}\n${note('behind')}`),
  ),
  one(
    'pause in check mode',
    tasks(
      `- {name: waits, pause: {seconds: 1}, register: r}\n- {name: asked, pause: {prompt: Go on}, register: r}\n- {name: behind, debug: {msg: "{{ r.user_input | default('none') }}"}}\n`,
    ),
    {
      options: ['--check'],
      differs: {
        difference: 'Check mode neither waits nor asks in `pause`: what depends on the answer is `unknown`',
        ours: {
          tasks: {
            rs1: [
              ['waits', 'ok'],
              ['asked', 'ok'],
              ['behind', 'unknown'],
            ],
            rs2: [['behind', 'unknown']],
          },
          recap: { rs1: { ok: 2, unknown: 1 }, rs2: { unknown: 1 } },
        },
      },
    },
  ),
]

const foretold: readonly PlaybookCase[] = [
  one(
    'a rescue in check mode',
    tasks(`- name: whole
  block:
    - {name: breaks, command: "false"}
  rescue:
    - {name: saved, debug: {msg: s}}
- {name: behind, debug: {msg: b}}
`),
    {
      options: ['--check'],
      differs: {
        difference: 'In check mode a `rescue` whose block may fail is `unknown`',
        ours: {
          tasks: {
            rs1: [
              ['breaks', 'unknown'],
              ['saved', 'unknown'],
              ['behind', 'ok', 'b'],
            ],
            rs2: [
              ['breaks', 'unknown'],
              ['saved', 'unknown'],
              ['behind', 'ok', 'b'],
            ],
          },
          recap: { rs1: { ok: 1, unknown: 2 }, rs2: { ok: 1, unknown: 2 } },
        },
      },
    },
  ),
]

export const keywordCases: readonly PlaybookCase[] = [
  ...switches,
  ...includes,
  ...handlers,
  ...hosts,
  ...loops,
  ...untils,
  ...pauses,
  ...foretold,
]
