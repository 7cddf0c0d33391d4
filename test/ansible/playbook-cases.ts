import { keywordCases } from './keyword-cases.ts'
import { indent, note, one, type PlaybookCase, play, tasks } from './playbook-case.ts'

const sections: readonly PlaybookCase[] = [
  one(
    'sections in order, handlers behind each',
    play(`pre_tasks:
  ${note('pre', ', notify: told')}post_tasks:
  ${note('post', ', notify: told')}tasks:
  ${note('task', ', notify: told')}handlers:
  ${note('told')}`),
  ),
  one(
    'handlers run once, in the order in which they stand',
    play(`tasks:
  - {name: one, copy: {dest: /tmp/case/one, content: a}, notify: [second, first]}
  - {name: two, copy: {dest: /tmp/case/two, content: a}, notify: second}
  - {name: again, copy: {dest: /tmp/case/one, content: a}, notify: third}
handlers:
  ${note('first')}  ${note('second')}  ${note('third')}`),
  ),
  one(
    'topics that handlers listen to',
    play(`tasks:
  ${note('one', ', notify: topic')}handlers:
  ${note('a', ', listen: topic')}  ${note('b', ', listen: [other, topic]')}  ${note('c', ', listen: other')}`),
  ),
  one(
    'a handler notifies one behind it',
    play(`tasks:
  ${note('one', ', notify: a')}handlers:
  ${note('a', ', notify: b')}  ${note('b')}`),
  ),
  one(
    'flush_handlers, and once more at the end',
    play(`tasks:
  ${note('one', ', notify: told')}  - meta: flush_handlers
  ${note('two')}  ${note('three', ', notify: told')}handlers:
  ${note('told')}`),
  ),
  one(
    'flush_handlers on a condition, noop',
    play(`tasks:
  ${note('one', ', notify: told')}  - {name: maybe, meta: noop}
  ${note('two')}handlers:
  ${note('told')}`),
  ),
  one(
    'a failing pre_task ends the host',
    play(`pre_tasks:
  - {name: breaks, command: "false", when: inventory_hostname == "rs1"}
tasks:
  ${note('task')}post_tasks:
  ${note('post')}`),
  ),
  one(
    'handlers of a host that failed later',
    play(`tasks:
  ${note('one', ', notify: told')}  - {name: breaks, command: "false", when: inventory_hostname == "rs1"}
handlers:
  ${note('told')}`),
    {
      differs: {
        difference: 'Handlers of what was changed run also when the host fails later, or ends early by `meta`',
        ours: {
          tasks: {
            rs1: [
              ['one', 'changed'],
              ['breaks', 'failed'],
              ['told', 'changed'],
            ],
            rs2: [
              ['one', 'changed'],
              ['breaks', 'skipped'],
              ['told', 'changed'],
            ],
          },
          recap: { rs1: { ok: 2, changed: 2, failed: 1 }, rs2: { ok: 2, changed: 2, skipped: 1 } },
          files: { lb1: '', rs1: './order: one told \n', rs2: './order: one told \n' },
        },
      },
    },
  ),
]

const block = (rescue: string, always = '', breaks = 'false'): string => `- name: outer
  block:
    - {name: first, copy: {dest: /tmp/case/first, content: x}}
    - {name: breaks, command: "${breaks}"}
    - {name: never, copy: {dest: /tmp/case/never, content: x}}
${rescue === '' ? '' : `  rescue:\n${indent(rescue, 4)}`}${always === '' ? '' : `  always:\n${indent(always, 4)}`}`
const saw = '- {name: saw, debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.rc }}"}}\n'
const behind = '- {name: behind, debug: {msg: b}}\n'

const blocks: readonly PlaybookCase[] = [
  one('rescue and always', tasks(block(saw, note('always')) + behind)),
  one('no failure, no rescue', tasks(block(saw, note('always'), 'true') + behind)),
  one('a block with always alone', tasks(block('', note('always')) + behind)),
  one('a block alone', tasks(block('') + behind)),
  one('a rescue that fails', tasks(block('- {name: too, command: "false"}\n', note('always')) + behind)),
  one('an always that fails', tasks(block(saw, '- {name: too, command: "false"}\n') + behind)),
  one(
    'nested blocks',
    tasks(`- name: whole
  block:
${indent(block('- {name: too, command: "false"}\n', note('inner')), 4)}  rescue:
    ${note('outer')}  always:
    ${note('end')}${behind}`),
  ),
  one(
    'a block in a rescue, and one in an always',
    tasks(`- name: whole
  block:
    - {name: breaks, command: "false"}
  rescue:
    - name: inside
      block:
        - {name: too, command: "false"}
      rescue:
        ${note('saved')}  always:
    - name: at the end
      block:
        - {name: three, command: "false"}
      rescue:
        ${note('saved too')}${behind}`),
  ),
  one(
    'a rescue on one host only',
    tasks(`- name: whole
  block:
    - {name: breaks, command: "false", when: inventory_hostname == "rs2"}
    ${note('one')}  rescue:
    ${note('saved')}${behind}`),
  ),
  one(
    'what a block says holds for its tasks',
    tasks(`- name: whole
  block:
    - {name: env, command: printenv WORD, register: said, changed_when: false}
    - {name: said, debug: {msg: "{{ said.stdout }} {{ more }} {{ own }}"}, vars: {own: task}}
    - {name: breaks, command: "false"}
    - {name: inner, debug: {msg: x}, when: more == "other"}
  environment: {WORD: "of {{ more }}"}
  vars: {more: block, own: block}
  ignore_errors: true
  when: inventory_hostname == "rs1"
- name: never
  block:
    - {name: not here, debug: {msg: x}}
  when: false
  rescue:
    - {name: nor here, debug: {msg: x}}
  always:
    - {name: nor that, debug: {msg: x}}
`),
  ),
  one(
    'a handler is notified in a block that is rescued',
    play(`tasks:
  - name: whole
    block:
      ${note('one', ', notify: told')}      - {name: breaks, command: "false"}
    rescue:
      ${note('saved', ', notify: told')}handlers:
  ${note('told')}`),
  ),
  one(
    'the result of what failed',
    tasks(`- name: whole
  block:
    - {name: breaks, shell: "echo out; echo err >&2; exit 3"}
  rescue:
    - name: saw
      debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.stdout_lines }} {{ ansible_failed_result.stderr }}"}
`),
  ),
]

const results: readonly PlaybookCase[] = [
  one(
    'failed_when',
    tasks(`- {name: quiet, command: "false", failed_when: false, register: r}
- {name: said, debug: {msg: "{{ r.rc }} {{ r.failed }} {{ r is failed }} {{ r is changed }}"}}
- {name: strict, command: echo bad, register: r, failed_when: "'bad' in r.stdout", ignore_errors: true}
- {name: saw, debug: {msg: "{{ r.failed }} {{ r is failed }} {{ r.rc }}"}}
- {name: both, shell: exit 2, register: r, failed_when: [r.rc != 0, r.rc != 2]}
- {name: breaks, shell: exit 3, register: r, failed_when: [r.rc != 0, r.rc != 2]}
`),
  ),
  one(
    'changed_when',
    play(`tasks:
  - {name: never, command: echo a, changed_when: false, notify: told, register: r}
  - {name: said, debug: {msg: "{{ r.changed }}"}}
  - {name: list, command: echo a, register: r, changed_when: ["'a' in r.stdout", "'b' in r.stdout"], notify: told}
  - {name: always, copy: {dest: /tmp/case/a, content: x}, changed_when: false, notify: told}
  - {name: again, copy: {dest: /tmp/case/a, content: x}, changed_when: true, notify: told}
handlers:
  ${note('told')}`),
  ),
  one(
    'the shapes of results',
    tasks(`- {name: run, shell: "echo a; echo b; echo c >&2", register: r}
- {name: fields, debug: {msg: [ "{{ r.rc }}", "{{ r.stdout }}", "{{ r.stdout_lines }}", "{{ r.stderr_lines }}", "{{ r.changed }}", "{{ r.failed }}" ]}}
- {name: left out, command: echo x, when: false, register: s}
- {name: skipped, debug: {msg: "{{ s is skipped }} {{ s.skipped }} {{ s.changed }} {{ s is failed }}"}}
- {name: each, command: "echo {{ item }}", loop: [1, 2], register: l, when: item > 1}
- {name: results, debug: {msg: "{{ l.results | length }} {{ l.results[0] is skipped }} {{ l.results[1].stdout }} {{ l.results[1].item }} {{ l.changed }}"}}
- {name: none, command: "echo {{ item }}", loop: [1, 2], register: l, when: item > 2}
- {name: no results, debug: {msg: "{{ l is skipped }} {{ l.changed }}"}}
- {name: empty, command: "echo {{ item }}", loop: [], register: l}
- {name: nothing, debug: {msg: "{{ l is skipped }} {{ l.results }}"}}
`),
  ),
  one(
    'a loop goes on behind an item that failed',
    tasks(`- {name: each, shell: "echo {{ item }} >>/tmp/case/order; exit {{ item }}", loop: [0, 1, 0], register: l, ignore_errors: true}
- {name: saw, debug: {msg: "{{ l.results | map(attribute='rc') | list }} {{ l.failed }} {{ l is failed }}"}}
- {name: breaks, shell: "exit {{ item }}", loop: [1, 0]}
- {name: never, debug: {msg: x}}
`),
  ),
  one(
    'with_items and loop_control',
    tasks(`- {name: flat, debug: {msg: "{{ item }}"}, with_items: [1, [2, [3, 4]]], register: l}
- {name: items, debug: {msg: "{{ l.results | map(attribute='item') | list }}"}}
- {name: text, command: "echo {{ item }}", with_items: alone, register: l}
- {name: one, debug: {msg: "{{ l.results[0].stdout }}"}}
- name: named
  command: echo {{ index }} {{ it }}
  loop: [a, b]
  loop_control: {loop_var: it, index_var: index, label: "{{ it }}"}
  register: l
- {name: names, debug: {msg: "{{ l.results | map(attribute='stdout') | list }} {{ l.results[1].it }}"}}
`),
  ),
  one(
    'until',
    tasks(`- name: third
  shell: echo x >>/tmp/case/tries; wc -l </tmp/case/tries
  register: r
  until: r.stdout | int >= 3
  retries: 5
  delay: 0
- {name: count, debug: {msg: "{{ r.attempts }} {{ r.stdout | int }}"}}
- {name: at once, command: "true", register: r, until: r is succeeded, retries: 3, delay: 0}
- {name: once, debug: {msg: "{{ r.attempts }}"}}
- {name: breaks, shell: "echo x >>/tmp/case/more; exit 1", register: r, until: r is succeeded, retries: 2, delay: 0, ignore_errors: true}
- {name: saw, debug: {msg: "{{ r.attempts }} {{ r.failed }}"}}
- {name: never true, command: "true", register: r, until: r.rc == 1, retries: 1, delay: 0}
`),
  ),
  one(
    'retries without until, and in a loop',
    tasks(`- {name: success, shell: "echo x >>/tmp/case/tries; test $(wc -l </tmp/case/tries) -gt 1", retries: 3, delay: 0, register: r}
- {name: count, debug: {msg: "{{ r.attempts }}"}}
- name: each
  shell: echo x >>/tmp/case/of-{{ item }}; test $(wc -l </tmp/case/of-{{ item }}) -ge {{ item }}
  loop: [1, 2]
  retries: 3
  delay: 0
  register: r
  until: r.rc == 0
- {name: counts, debug: {msg: "{{ r.results | map(attribute='attempts') | list }}"}}
`),
  ),
  one(
    'ignore_errors',
    tasks(`- {name: breaks, command: "false", ignore_errors: true, register: r}
- {name: saw, debug: {msg: "{{ r is failed }} {{ r.failed }}"}}
- {name: when, debug: {msg: x}, when: r is succeeded}
- {name: told, fail: {msg: nope}, ignore_errors: true}
- {name: asserted, assert: {that: 1 == 2, fail_msg: wrong}, ignore_errors: true, register: r}
- {name: said, debug: {msg: "{{ r.msg }}"}}
`),
  ),
]

const variables: readonly PlaybookCase[] = [
  one(
    'set_fact above the variables of plays, blocks and tasks',
    tasks(
      `- {name: before, debug: {msg: "{{ word }}"}}
- {name: sets, set_fact: {word: fact, list: [1, 2], map: {a: "{{ word }}"}}}
- {name: behind, debug: {msg: "{{ word }} {{ list }} {{ map }}"}}
- {name: own, debug: {msg: "{{ word }}"}, vars: {word: task}}
- {name: not set, set_fact: {word: other}, when: false}
- {name: still, debug: {msg: "{{ word }}"}}
- {name: loop, set_fact: {word: "{{ word }}{{ item }}"}, loop: [1, 2]}
- {name: grown, debug: {msg: "{{ word }}"}}
`,
      'vars: {word: play}\n',
    ) + tasks('- {name: later play, debug: {msg: "{{ word }} {{ list | sum }}"}}\n'),
  ),
  one(
    '--extra-vars above set_fact',
    tasks('- {name: sets, set_fact: {word: fact}}\n- {name: said, debug: {msg: "{{ word }}"}}\n'),
    { options: ['-e', 'word=extra'] },
  ),
  one(
    'environment of play, block and task',
    tasks(
      `- name: whole
  block:
    - {name: run, shell: "echo $A $B $C", environment: {C: task}, register: r}
    - {name: said, debug: {msg: "{{ r.stdout }}"}}
  environment: {B: block, C: block}
`,
      'environment: {A: play, B: play, C: play}\n',
    ),
  ),
  one(
    'what other hosts learned',
    tasks(
      `- {name: asks, command: "echo of {{ inventory_hostname }}", register: r, changed_when: false}
- {name: sets, set_fact: {mine: "{{ inventory_hostname }}"}}
- {name: all, debug: {msg: "{{ hostvars.rs1.r.stdout }} {{ hostvars['rs2'].mine }} {{ hostvars[inventory_hostname].mine }}"}}
`,
      'strategy: linear\n',
    ),
  ),
  one(
    'vars_files and args',
    tasks(
      `- {name: run, command: "cat {{ file }}", args: {chdir: /tmp/case, removes: /tmp/case/none}}
- {name: made, copy: {dest: "/tmp/case/{{ file }}", content: x}}
- {name: again, command: "cat {{ file }}", args: {chdir: /tmp/case}, register: r}
- {name: said, debug: {msg: "{{ r.stdout }}"}}
`,
      'vars_files: [more.yml]\n',
    ),
    { with: { 'more.yml': 'file: made\n' } },
  ),
]

const fleet: readonly PlaybookCase[] = [
  one(
    'delegate_to',
    tasks(`- {name: there, copy: {dest: "/tmp/case/{{ inventory_hostname }}", content: x}, delegate_to: lb1}
- {name: again, copy: {dest: "/tmp/case/{{ inventory_hostname }}", content: x}, delegate_to: "{{ groups.director[0] }}"}
- {name: whose, command: "cat /tmp/case/{{ inventory_hostname }}", delegate_to: lb1, register: r, changed_when: false}
- {name: said, debug: {msg: "{{ inventory_hostname }} {{ r.stdout }}"}}
- {name: breaks, command: "false", delegate_to: lb1, when: inventory_hostname == "rs2"}
- {name: behind, debug: {msg: x}}
`),
  ),
  one(
    'delegate_to for each item',
    tasks(`- {name: each, copy: {dest: "/tmp/case/of-{{ inventory_hostname }}", content: x}, delegate_to: "{{ item }}", loop: [lb1, rs1]}
`),
  ),
  one(
    'run_once',
    tasks(
      `- {name: once, shell: "echo {{ inventory_hostname }} >>/tmp/case/once; echo {{ inventory_hostname }}", run_once: true, register: r}
- {name: all, debug: {msg: "{{ r.stdout }}"}}
- {name: sets, set_fact: {first: "{{ inventory_hostname }}"}, run_once: true}
- {name: known, debug: {msg: "{{ first }}"}}
- {name: not here, debug: {msg: x}, run_once: true, when: inventory_hostname != "rs2"}
`,
      'order: reverse_sorted\n',
    ),
  ),
  one(
    'run_once that fails',
    tasks('- {name: once, command: "false", run_once: true}\n- {name: behind, debug: {msg: x}}\n'),
  ),
  one(
    'any_errors_fatal',
    tasks(
      `- {name: breaks, shell: '[ {{ inventory_hostname }} != rs2 ]'}\n${note('behind')}`,
      'any_errors_fatal: true\n',
    ),
  ),
  one(
    'a failure on one host is not the others’',
    tasks(`- {name: breaks, shell: '[ {{ inventory_hostname }} != rs1 ]'}\n${note('behind')}`),
  ),
  one(
    'serial, and max_fail_percentage',
    tasks(
      `- {name: breaks, shell: '[ {{ inventory_hostname }} != rs1 ]'}\n${note('behind')}`,
      'serial: 1\nmax_fail_percentage: 49\n',
    ),
  ),
  one('throttle and serial', tasks(`- {name: one, command: "true", throttle: 1}\n${note('behind')}`, 'serial: 50%\n')),
  one(
    'end_host',
    tasks(`${note('one')}- {name: leaves, meta: end_host, when: inventory_hostname == "rs1"}\n${note('two')}`) +
      tasks(note('next play')),
  ),
  one('end_play', tasks(`${note('one')}- meta: end_play\n${note('two')}`) + tasks(note('next play'))),
  one(
    'handlers of a host that ends early',
    play(`tasks:
  ${note('one', ', notify: told')}  - meta: end_host
handlers:
  ${note('told')}`),
    {
      differs: {
        difference: 'Handlers of what was changed run also when the host fails later, or ends early by `meta`',
        ours: {
          tasks: {
            rs1: [
              ['one', 'changed'],
              ['told', 'changed'],
            ],
            rs2: [
              ['one', 'changed'],
              ['told', 'changed'],
            ],
          },
          recap: { rs1: { ok: 2, changed: 2 }, rs2: { ok: 2, changed: 2 } },
          files: { lb1: '', rs1: './order: one told \n', rs2: './order: one told \n' },
        },
      },
    },
  ),
  one('strategy: free', tasks(`${note('one')}${note('two')}`, 'strategy: free\n')),
]

const files: readonly PlaybookCase[] = [
  one(
    'include_tasks in a loop, with variables, of another file on each host',
    tasks(`- {name: each, include_tasks: each.yml, loop: [a, b], loop_control: {loop_var: it}, vars: {more: "{{ it }}!"}}
- {name: own, include_tasks: "{{ inventory_hostname }}.yml"}
- {name: last, debug: {msg: "{{ given }}"}}
`),
    {
      with: {
        'each.yml':
          '- {name: inside, debug: {msg: "{{ it }} {{ more }}"}}\n- {name: sets, set_fact: {given: "{{ it }}"}}\n',
        'rs1.yml': '- {name: first, debug: {msg: "{{ inventory_hostname }}"}}\n',
        'rs2.yml':
          '- {name: second, debug: {msg: "{{ inventory_hostname }}"}}\n- {name: deeper, include_tasks: sub/more.yml}\n',
        'sub/more.yml': '- {name: beside, include_tasks: beside.yml}\n',
        'sub/beside.yml': '- {name: deepest, debug: {msg: x}}\n',
      },
      differs: {
        difference: 'An include in a loop is one task in the recap',
        ours: { recap: { rs1: { ok: 8 }, rs2: { ok: 11 } } },
      },
    },
  ),
  one(
    'include_tasks on a condition, and what fails in it is rescued',
    tasks(`- name: whole
  block:
    - {name: maybe, include_tasks: breaks.yml, when: inventory_hostname == "rs1"}
    - {name: inside, debug: {msg: x}}
  rescue:
    - {name: saved, debug: {msg: "{{ ansible_failed_task.name }}"}}
${behind}`),
    { with: { 'breaks.yml': '- {name: breaks, command: "false"}\n- {name: never, debug: {msg: x}}\n' } },
  ),
  one(
    'import_tasks hands down conditions, variables and tags',
    tasks(`- {import_tasks: more.yml, when: inventory_hostname == word, vars: {word: rs1}, tags: some}
- {name: other, debug: {msg: x}, tags: other}
`),
    {
      with: { 'more.yml': '- {name: one, debug: {msg: "{{ word }}"}}\n- {name: two, debug: {msg: x}, tags: other}\n' },
      options: ['--tags', 'some'],
    },
  ),
  one(
    'tags of blocks, always and never',
    tasks(
      `- name: whole
  block:
    - {name: one, debug: {msg: x}}
    - {name: two, debug: {msg: x}, tags: b}
    - {name: hidden, debug: {msg: x}, tags: never}
  tags: a
- {name: always, debug: {msg: x}, tags: always}
- {name: plain, debug: {msg: x}}
- {name: asked, debug: {msg: x}, tags: [never, a]}
`,
      'tags: play\n',
    ),
    { options: ['--tags', 'a', '--skip-tags', 'b'] },
  ),
  one(
    'tags of what is included',
    tasks(`- {name: in, include_tasks: more.yml, tags: a}\n- {name: out, include_tasks: more.yml}\n`),
    {
      with: { 'more.yml': '- {name: one, debug: {msg: x}}\n- {name: two, debug: {msg: x}, tags: a}\n' },
      options: ['-t', 'a'],
    },
  ),
  one(
    'import_playbook',
    '- {import_playbook: other.yml, vars: {word: import, mine: import}, when: inventory_hostname == "rs1", tags: x}\n',
    { with: { 'other.yml': tasks('- {name: said, debug: {msg: "{{ word }} {{ mine }}"}}\n', 'vars: {mine: play}\n') } },
  ),
  one(
    'handlers from a file',
    play(`tasks:
  ${note('one', ', notify: told')}handlers:
  - import_tasks: handlers.yml
`),
    { with: { 'handlers.yml': note('told') } },
  ),
]

const checks: readonly PlaybookCase[] = [
  one(
    'check mode of files',
    tasks(`- {name: made, copy: {dest: /tmp/case/a, content: x}, register: r}
- {name: said, debug: {msg: "{{ r is changed }} {{ ansible_check_mode }}"}}
- {name: asks, command: echo yes, check_mode: false, changed_when: false, register: r}
- {name: knows, debug: {msg: "{{ r.stdout }}"}}
`),
    { options: ['--check'] },
  ),
  one(
    'a task that is only foretold in a run',
    tasks(`- {name: told, copy: {dest: /tmp/case/a, content: x}, check_mode: true}
- {name: mode, debug: {msg: "{{ ansible_check_mode }}"}}
`),
  ),
  one(
    'check mode of commands',
    tasks('- {name: run, command: echo x, register: r}\n- {name: behind, debug: {msg: x}, when: r is changed}\n'),
    {
      options: ['--check'],
      differs: {
        difference: 'A command without a guard is `unknown` in check mode, and so is what depends on it',
        ours: {
          tasks: {
            rs1: [
              ['run', 'unknown'],
              ['behind', 'unknown'],
            ],
            rs2: [
              ['run', 'unknown'],
              ['behind', 'unknown'],
            ],
          },
          recap: { rs1: { unknown: 2 }, rs2: { unknown: 2 } },
        },
      },
    },
  ),
]

export const playbookCases: readonly PlaybookCase[] = [
  ...sections,
  ...blocks,
  ...results,
  ...variables,
  ...fleet,
  ...files,
  ...checks,
  ...keywordCases,
]
