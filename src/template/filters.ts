import type { Operations } from './filter.ts'
import { addressFilters } from './filters/addresses.ts'
import { arrangementFilters } from './filters/arrangements.ts'
import { listFilters } from './filters/lists.ts'
import { mapFilters } from './filters/maps.ts'
import { pathFilters } from './filters/paths.ts'
import { regexFilters } from './filters/regex.ts'
import { setFilters } from './filters/sets.ts'
import { textFilters } from './filters/text.ts'
import { valueFilters } from './filters/values.ts'
import { yamlFilters } from './filters/yaml.ts'

/** Every filter by its name. Null prototype: `constructor` is no filter. */
export const filters: Operations = Object.assign(
  Object.create(null),
  valueFilters,
  textFilters,
  listFilters,
  setFilters,
  arrangementFilters,
  mapFilters,
  regexFilters,
  pathFilters,
  yamlFilters,
  addressFilters,
)

export const filterNames: ReadonlySet<string> = new Set(Object.keys(filters))
