import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

export const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../docs/events.schema.json'), 'utf8'))
const ajv = new Ajv2020({ strict: true, allErrors: true })
ajv.addSchema(schema, 'events')

/** The types that the schema lists, in its order. */
export const eventTypes: readonly string[] = schema.oneOf.map(({ $ref }: { $ref: string }) =>
  $ref.slice('#/$defs/'.length),
)

/** What is wrong with an event by docs/events.schema.json; undefined where nothing is. */
export const wrongEvent = (event: unknown): string | undefined => {
  const { type } = event as { type?: unknown }
  if (typeof type !== 'string' || !eventTypes.includes(type)) return `unknown type ${JSON.stringify(type)}`
  const validate = ajv.getSchema(`events#/$defs/${type}`)
  if (validate === undefined) return `no definition of ${type}`
  return validate(event) ? undefined : `${type}: ${ajv.errorsText(validate.errors)}`
}
