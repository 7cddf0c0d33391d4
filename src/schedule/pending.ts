/** For results that are known in part: a field that makes every expression that uses it wait. */
export { pendingField } from '../template/render.ts'
