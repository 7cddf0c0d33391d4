/**
 * A map over another: what both have is the upper one's. A class, because thousands of hosts share the lower map, and
 * copying it for each of them would cost more than reading the inventory.
 */
class LayeredMap<K, V> implements ReadonlyMap<K, V> {
  readonly #below: ReadonlyMap<K, V>
  readonly #above: ReadonlyMap<K, V>
  constructor(below: ReadonlyMap<K, V>, above: ReadonlyMap<K, V>) {
    this.#below = below
    this.#above = above
  }
  get size(): number {
    let size = this.#above.size
    for (const key of this.#below.keys()) if (!this.#above.has(key)) size += 1
    return size
  }
  has(key: K): boolean {
    return this.#above.has(key) || this.#below.has(key)
  }
  get(key: K): V | undefined {
    return this.#above.has(key) ? this.#above.get(key) : this.#below.get(key)
  }
  *entries(): MapIterator<[K, V]> {
    for (const entry of this.#below) if (!this.#above.has(entry[0])) yield entry
    yield* this.#above
  }
  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key
  }
  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value
  }
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }
  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}

/** `above` laid over `below`, without a copy of either: neither may change afterwards. */
export const layerOver = <K, V>(below: ReadonlyMap<K, V>, above: ReadonlyMap<K, V>): ReadonlyMap<K, V> =>
  above.size === 0 ? below : new LayeredMap(below, above)
