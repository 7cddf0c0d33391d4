import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { textWidth } from '../src/text-width.ts'

const signs = fc.constantFrom(
  ...'abc XYZ 019 ~!… · → ✔ ✖ é ü 表 ◼ ⠋ 👍 👩‍👩‍👧 \u0301 \u200b \u001b[31m \u001b[0m \u001b[1;32m \t \u0007'.split(
    ' ',
  ),
  ' ',
)

test('as string-width says, with and without colours', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(signs).map((parts) => parts.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        expect(textWidth(text)).toBe(stringWidth(text))
      },
    ),
  )
  expect(textWidth('rs1, rs2 … (48)  ok 3')).toBe(21)
  expect(textWidth('表')).toBe(2)
})
