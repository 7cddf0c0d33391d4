import * as v from 'valibot'

/** An argument of Ansible that is refused by name; `instead` is the next move. */
export const unsupported = (instead: string) =>
  v.pipe(v.optional(v.never(`is not supported\n${instead}`)), v.description(`Not supported: ${instead}.`))
