/** What has been opened, to be closed in the reverse order. */
export interface Closing {
  /** Remembers how to close what was just opened. */
  add(step: () => void | Promise<void>): void
  /** Closes everything. A step that fails keeps no other from its turn; the first one rejects. */
  close(): Promise<void>
}

export function closing(): Closing {
  const steps: (() => void | Promise<void>)[] = []
  return {
    add(step) {
      steps.push(step)
    },
    async close() {
      const failures: unknown[] = []
      for (const step of steps.splice(0).reverse()) {
        try {
          await step()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
