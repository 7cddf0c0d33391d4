/**
 * Where a template means something else than in Ansible, on purpose. Each reason is a heading of the section "Templates"
 * in docs/coming-from-ansible.md; each case tells what ours gives: a value, or `refused`.
 */
export const refused = Symbol('refused')

interface Difference {
  readonly heading: string
  readonly cases: { readonly [name: string]: unknown }
}

export const differences: readonly Difference[] = [
  {
    heading: 'Numbers have one type',
    cases: {
      'template {{ whole | string }}': '3',
      'template {{ 1.0 | to_json }}': '1',
      'template {{ whole is float }}': false,
      'template {{ whole is integer }}': true,
      'template is {{ f }} and {{ whole }}': 'is 2.5 and 3',
      'template is {{ 6 / 2 }}': 'is 3',
    },
  },
  {
    heading: 'Lists have one type',
    cases: {
      'template {{ range(3) }}': [0, 1, 2],
      'template {{ (1, 2) | type_debug }}': 'list',
    },
  },
  {
    heading: 'Values do not change',
    cases: {
      'template {{ l.append(4) }}': refused,
      "template {{ m.update({'z': 1}) }}": refused,
      "template {{ m.pop('a') }}": refused,
    },
  },
  {
    heading: 'Sets keep an order',
    cases: { 'template {{ [3, 2, 1] | intersect([1, 2]) }}': [2, 1] },
  },
  {
    heading: 'Back references in conditions',
    cases: {
      "condition s | regex_replace('(o)', '[\\1]') == 'hell[o] w[o]rld'": true,
      "condition s is search('\\bworld')": true,
    },
  },
  {
    heading: 'No template inside an expression',
    cases: { 'condition "{{ n }}" == "5"': refused },
  },
  {
    heading: 'omit on its own',
    cases: {
      'template {{ not_there | default(omit) }}': null,
      "template {{ omitted | default('x') }}": null,
      'template {{ omit }}': null,
    },
  },
  {
    heading: 'What is missing within a list or map',
    cases: {
      'template {{ [half] | length }}': refused,
      'template {{ half | length }}': refused,
      'template {{ half.keys() | list }}': refused,
      'template {{ not_there | type_debug }}': refused,
    },
  },
  {
    heading: 'An inline if without else',
    cases: { "template {{ ('a' if n > 9) | default('c') }}": 'c' },
  },
  {
    heading: 'The last line end of a template file',
    cases: {
      'file {{ n }}': '5',
      'file {{ n }}\n': '5\n',
      'file {{ l }}\n': '[3, 1, 2]\n',
      'file {% set x = 1 -%}\n\n{{ x }}\n': '1\n',
    },
  },
  {
    heading: 'Addresses are written as addresses',
    cases: {
      "template {{ '1' | ansible.utils.ipaddr }}": false,
      'template {{ 5 | ansible.utils.ipaddr }}': false,
      "template {{ '10.0.0.7' | ansible.utils.ipaddr('ipv6') }}": null,
    },
  },
  {
    heading: 'Not there',
    cases: {
      'template {{ ansible_diff_mode }}': refused,
      'template {{ ansible_verbosity }}': refused,
      "template {{ ansible_version.full is version('2.19', '>=') }}": refused,
      'template {{ ansible_version.major }}': refused,
      'template {{ ansible_run_tags }}': refused,
      'template {{ ansible_skip_tags }}': refused,
      'template {{ vars.n }}': refused,
      "template {{ vars['n'] }}": refused,
      'template {{ now().year > 2000 }}': refused,
      "template {{ '1.0' is version('1.0', '==', version_type='pep440') }}": refused,
      'template {% for i in words %}{{ loop.changed(i | lower) }}{% endfor %}': refused,
      "template {% macro hi(x) %}hi {{ x }}{% endmacro %}{{ hi('you') }}": refused,
      'file {% macro a() %}{% endmacro %}': refused,
      'template {% block a %}b{% endblock %}': refused,
    },
  },
]
