import type { Operations } from './filter.ts'
import { addressFilters } from './filters/addresses.ts'
import { listFilters } from './filters/lists.ts'
import { mapFilters } from './filters/maps.ts'
import { regexFilters } from './filters/regex.ts'
import { textFilters } from './filters/text.ts'
import { valueFilters } from './filters/values.ts'

/** Every filter by its name. Null prototype: `constructor` is no filter. */
export const filters: Operations = Object.assign(
  Object.create(null),
  valueFilters,
  textFilters,
  listFilters,
  mapFilters,
  regexFilters,
  addressFilters,
)

export const filterNames: ReadonlySet<string> = new Set(Object.keys(filters))
