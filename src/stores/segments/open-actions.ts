import type { OpenAction } from './ledger-state.ts'

/** Most bytes of decisions without outcome. They stand in every snapshot, which has its bound. */
export const MAX_OPEN_BYTES = 8 * 1024 * 1024

/** The actions that were dispatched and have no outcome on the disk yet, oldest first. */
export class OpenActions {
  readonly #open = new Map<string, OpenAction>()
  #bytes = 0

  constructor(open: readonly OpenAction[]) {
    for (const action of open) this.add(JSON.parse(action.leaf).id, action)
  }

  /** Is there room for another? */
  get isFull(): boolean {
    return this.#bytes >= MAX_OPEN_BYTES
  }

  add(id: string, action: OpenAction): void {
    this.remove(id)
    this.#open.set(id, action)
    this.#bytes += action.leaf.length
  }

  remove(id: string): void {
    this.#bytes -= this.#open.get(id)?.leaf.length ?? 0
    this.#open.delete(id)
  }

  list(): readonly OpenAction[] {
    return [...this.#open.values()]
  }
}
