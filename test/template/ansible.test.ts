import { describe, expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import { evaluate } from '../../src/template/render.ts'
import { scopeOf, text } from './scope.ts'

const scope = scopeOf({
  l: [3, 1, 2],
  d: { a: 1, b: { c: 'x' } },
  r: { changed: true, failed: false, stdout: 'ok', rc: 0 },
  bad: { failed: true },
  gone: { skipped: true, changed: false },
  path: '/etc/nginx/site.conf',
})

const value = (expression: string): unknown => {
  const result = evaluate(text(expression), scope)
  return result.kind === 'value' ? result.value : result
}

const table = (rows: readonly (readonly [string, Value])[]): void => {
  test.each(rows)('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })
}

describe('results of tasks', () => {
  table([
    ['r is changed', true],
    ['r is failed', false],
    ['r is succeeded', true],
    ['r is success', true],
    ['bad is failed', true],
    ['bad is not succeeded', true],
    ['gone is skipped', true],
    ['r is skipped', false],
    ['r is not changed', false],
    ['r.rc == 0 and r.stdout is search("k")', true],
  ])
})

describe('truth and types', () => {
  table([
    ["'yes' | bool", true],
    ["'True' | bool", true],
    ["'on' | bool", true],
    ['1 | bool', true],
    ["'1' | bool", true],
    ["'no' | bool", false],
    ["'maybe' | bool", false],
    ['2 | bool', false],
    ['none | bool', false],
    ['l | ternary("a", "b")', 'a'],
    ['[] | ternary("a", "b")', 'b'],
    ['none | ternary("a", "b", "c")', 'c'],
    ['none | ternary("a", "b")', 'b'],
    ["'x' | type_debug", 'str'],
    ['1 | type_debug', 'int'],
    ['1.5 | type_debug', 'float'],
    ['l | type_debug', 'list'],
    ['d | type_debug', 'dict'],
    ['none | type_debug', 'NoneType'],
    ['true | type_debug', 'bool'],
    ['[] is truthy', false],
    ['"a" is truthy', true],
    ['[] is falsy', true],
  ])
})

describe('regular expressions', () => {
  table([
    ["'foobar' is match('foo')", true],
    ["'foobar' is match('bar')", false],
    ["'foobar' is match('x|bar')", false],
    ["'foobar' is search('bar')", true],
    ["'foobar' is regex('^foo.*r$')", true],
    ["'FOO' is match('foo', ignorecase=true)", true],
    ["'foobar' is regex('bar', match_type='fullmatch')", false],
    ["'a1b22' | regex_search('[0-9]+')", '1'],
    ["'abc' | regex_search('[0-9]+')", null],
    [String.raw`'eth0: up' | regex_search('(\w+): (\w+)', '\1', '\2')`, ['eth0', 'up']],
    [String.raw`'eth0: up' | regex_search('(\w+): (\w+)', '\\2')`, ['up']],
    [String.raw`'eth0: up' | regex_search('(?P<dev>\w+):', '\g<dev>')`, ['eth0']],
    ["'a1b22' | regex_findall('[0-9]+')", ['1', '22']],
    [
      "'a=1,b=2' | regex_findall('([a-z])=([0-9])')",
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ["'a=1,b=2' | regex_findall('([a-z])=')", ['a', 'b']],
    [String.raw`'ansible' | regex_replace('^a.*i(.*)$', 'a\1')`, 'able'],
    [String.raw`'ansible' | regex_replace('^a.*i(.*)$', 'a\\1')`, 'able'],
    ["'foobar' | regex_replace('^f.*o(.*)$', '\\\\g<1>')", 'bar'],
    ["'localhost:80' | regex_replace('^(?P<host>.+):(?P<port>[0-9]+)$', '\\\\g<host>, \\\\g<port>')", 'localhost, 80'],
    ["'aaa' | regex_replace('a', 'b', count=2)", 'bba'],
    ["'a$1' | regex_replace('a', '$&')", '$&$1'],
    ["'FOO' | regex_replace('foo', 'x', ignorecase=true)", 'x'],
    ["'x' | regex_replace('y')", 'x'],
    ["'xyx' | regex_replace('y')", 'xx'],
    [String.raw`'a.b' | regex_replace('\.', '-')`, 'a-b'],
    [String.raw`'a.b' | regex_replace('\\.', '-')`, 'a-b'],
    [String.raw`'a b' is search('a\b')`, true],
    [String.raw`'ab' is search('\Ab')`, false],
    ["'ABC' is search('(?i)abc')", true],
    ["'a\\nb' is search('(?m)^b$')", true],
    ["'a.b' | regex_escape", 'a\\.b'],
  ])
})

describe('lists and sets', () => {
  table([
    ['[1, 2] | union([2, 3])', [1, 2, 3]],
    ['[1, 2, 2] | intersect([2, 3])', [2]],
    ['[1, 2, 1] | difference([2])', [1]],
    ['[1, 2] | symmetric_difference([2, 3])', [1, 3]],
    ['[{"a": 1}] | difference([{"a": 1}])', []],
    ['["a", "A"] | unique', ['a']],
    ['["a", "A"] | unique(case_sensitive=true)', ['a', 'A']],
    ['[1, true, "1"] | unique', [1, '1']],
    ['[1, [2, [3, none]]] | flatten', [1, 2, 3]],
    ['[1, [2, [3]]] | flatten(levels=1)', [1, 2, [3]]],
    ['[1, [none]] | flatten(skip_nulls=false)', [1, null]],
    [
      '[1, 2] | zip(["a", "b", "c"]) | list',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      '[1] | zip_longest(["a", "b"], fillvalue=0) | list',
      [
        [1, 'a'],
        [0, 'b'],
      ],
    ],
    ['["a", "b"] | map("extract", {"a": 1, "b": 2}) | list', [1, 2]],
    ['["x1", "y"] | select("match", "^x") | list', ['x1']],
    ['["x1", "y"] | reject("match", "^x") | list', ['y']],
    ['[{"n": "a"}, {}] | selectattr("n", "defined") | list', [{ n: 'a' }]],
    ['[{"n": "a"}, {}] | rejectattr("n", "defined") | list', [{}]],
    ['[{"n": {"m": 1}}] | map(attribute="n.m") | list', [1]],
    ['["b", "a"] | map("regex_replace", "^", "x") | list', ['xb', 'xa']],
    ['[1, 2] is subset([1, 2, 3])', true],
    ['[1, 2, 3] is superset([1])', true],
    ['[1, 2] is contains(2)', true],
    ['[true, 1] is all', true],
    ['[false, 0] is any', false],
  ])
})

describe('maps', () => {
  table([
    ['{"a": 1} | combine({"b": 2})', { a: 1, b: 2 }],
    ['{"a": {"x": 1}} | combine({"a": {"y": 2}})', { a: { y: 2 } }],
    ['{"a": {"x": 1}} | combine({"a": {"y": 2}}, recursive=true)', { a: { x: 1, y: 2 } }],
    ['{"a": 1} | combine({"b": 2}, {"a": 3})', { a: 3, b: 2 }],
    ['[{"a": 1}, {"b": 2}] | combine', { a: 1, b: 2 }],
    ['{"a": [1]} | combine({"a": [2]}, list_merge="append")', { a: [1, 2] }],
    ['{"a": [1]} | combine({"a": [2]}, list_merge="prepend")', { a: [2, 1] }],
    ['{"a": 1} | dict2items', [{ key: 'a', value: 1 }]],
    ['{"a": 1} | dict2items(key_name="k", value_name="v")', [{ k: 'a', v: 1 }]],
    ['[{"key": "a", "value": 1}] | items2dict', { a: 1 }],
    ['[{"n": "a", "v": 1}] | items2dict(key_name="n", value_name="v")', { a: 1 }],
    ['{80: "http"}[80]', 'http'],
    ['d.b["c"]', 'x'],
    ['dict([["a", 1]])', { a: 1 }],
  ])
})

describe('text', () => {
  table([
    ['{"b": [1, true, none], "a": "é"} | to_json', '{"b": [1, true, null], "a": "\\u00e9"}'],
    ['{"b": 1, "a": [1]} | to_nice_json', '{\n    "a": [\n        1\n    ],\n    "b": 1\n}'],
    ['[] | to_nice_json', '[]'],
    ['"[1, {\\"a\\": null}]" | from_json', [1, { a: null }]],
    ['"é" | b64encode', 'w6k='],
    ['"w6k=" | b64decode', 'é'],
    ['"a b" | quote', "'a b'"],
    ['"ab" | quote', 'ab'],
    ['"" | quote', "''"],
    [`"it's" | quote`, `'it'"'"'s'`],
    ['path | basename', 'site.conf'],
    ['path | dirname', '/etc/nginx'],
    ['"/" | dirname', '/'],
    ['"a" | dirname', ''],
    ['path | splitext', ['/etc/nginx/site', '.conf']],
    ['".bashrc" | splitext', ['.bashrc', '']],
    ['"a,b" | split(",")', ['a', 'b']],
    ['"a b" | split', ['a', 'b']],
    ['"abc" | hash("sha256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["'5.10.2' is version('5.4', '>=')", true],
    ["'5.10.2' is version('5.10.10', '<')", true],
    ["'1.0' is version('1.0')", true],
  ])
})

describe('addresses', () => {
  table([
    ['"10.0.0.7/24" | ipaddr', '10.0.0.7/24'],
    ['"10.0.0.7" | ipaddr', '10.0.0.7'],
    ['"x" | ipaddr', false],
    ['"1" | ipaddr', false],
    ['"010.0.0.1" | ipaddr', false],
    ['"10.0.0.7/24" | ipaddr("address")', '10.0.0.7'],
    ['"10.0.0.7" | ipaddr("address")', '10.0.0.7'],
    ['"10.0.0.7/24" | ipaddr("network")', '10.0.0.0'],
    ['"10.0.0.7/24" | ipaddr("prefix")', 24],
    ['"10.0.0.7" | ipaddr("prefix")', 32],
    ['"10.0.0.7/255.255.0.0" | ipaddr("prefix")', 16],
    ['"10.0.0.7/20" | ipaddr("netmask")', '255.255.240.0'],
    ['"10.0.0.7/24" | ipaddr("broadcast")', '10.0.0.255'],
    ['"10.0.0.7/24" | ipaddr("subnet")', '10.0.0.0/24'],
    ['"10.0.0.7/24" | ipaddr("network/prefix")', '10.0.0.0/24'],
    ['"10.0.0.7" | ipaddr("10.0.0.0/8")', '10.0.0.7'],
    ['"11.0.0.7" | ipaddr("10.0.0.0/8")', null],
    ['["10.0.0.1", "x", "::1"] | ipaddr', ['10.0.0.1', '::1']],
    ['["10.0.0.1", "x", "::1"] | ipv4', ['10.0.0.1']],
    ['["10.0.0.1", "x", "::1"] | ipv6', ['::1']],
    ['"2001:db8::7/64" | ipaddr("network")', '2001:db8::'],
    ['"2001:DB8:0::7/64" | ipaddr("address")', '2001:db8::7'],
    ['"2001:db8::7" | ipv6("prefix")', 128],
    ['"10.0.0.1" | ipv6', false],
    ['"::1" | ipwrap', '[::1]'],
    ['"10.0.0.1" | ipwrap', '10.0.0.1'],
    ['"10.0.0.1" | ansible.utils.ipaddr("version")', 4],
  ])
})

describe('more of the language', () => {
  table([
    ['{{ l | length == 3 }}', true],
    ['"%s" % "x" if false else 1', 1],
    ['l | sort == [1, 2, 3] and "a" not in d.b', true],
    ['(l | max) - (l | min)', 2],
    ["d.a is defined and d.a | string ~ 'x' == '1x'", true],
    ['ansible_check | default(false)', false],
    ['nope.deeper | default("x")', 'x'],
    ['d.b.nope.deeper is defined', false],
    ['range(2) | map("string") | list', ['0', '1']],
  ])
})
