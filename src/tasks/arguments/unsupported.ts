import * as v from 'valibot'

/** An argument of Ansible that is refused by name; `instead` is the next move. */
export const unsupported = (instead: string) =>
  v.pipe(v.optional(v.never(`is not supported\n${instead}`)), v.description(`Not supported: ${instead}.`))

/** A local file that is a vault is opened wherever it is used. */
export const decryptEntry = v.optional(
  v.pipe(
    v.literal(true, 'must be true\na local file that is a vault is always opened'),
    v.description("Accepted for Ansible's sake: a local file that is a vault is always opened."),
  ),
)
