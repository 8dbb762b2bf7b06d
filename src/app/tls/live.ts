/** A value that may become another while the runtime runs. */
export interface Live<T> {
  current(): T
  /** Calls `listener` after each change. Returns what ends that. */
  onChange(listener: () => void): () => void
}

/** The one that changes it. */
export class Changing<T> implements Live<T> {
  #value: T
  readonly #listeners = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  current(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** A value that stays. */
export function fixed<T>(value: T): Live<T> {
  return { current: () => value, onChange: () => () => undefined }
}
