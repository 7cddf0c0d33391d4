/** The login shell was to start /bin/sh and did not: what it did instead, and what to look at. */
export const ranNoScript = (exitCode: number, said: string): { readonly reason: string; readonly hint: string } => {
  const words = said.trim().slice(0, 500)
  return {
    reason: `the host ran no script (exit ${exitCode})${words === '' ? '' : `: ${words}`}`,
    hint: 'a forced command, a restricted shell or nologin? the login shell must be able to run `exec /bin/sh -s`',
  }
}
