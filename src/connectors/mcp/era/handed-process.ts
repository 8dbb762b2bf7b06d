import type { StdioOptions } from '../options.ts'
import { type ProcessEvents, type ServerProcess, startProcess } from '../server-process.ts'

/**
 * One process that is first asked for its era and then spoken to in it: whoever starts it next is
 * handed the one that runs, and who had it before can end it no more.
 */
export class HandedProcess {
  #running: ServerProcess | undefined
  #holder: ProcessEvents | undefined

  start = (options: StdioOptions, events: ProcessEvents): ServerProcess => {
    this.#holder = events
    const running = this.#running ?? this.#begin(options)
    const holds = () => this.#holder === events && this.#running === running
    return {
      stdin: running.stdin,
      rest: running.rest,
      kill() {
        if (holds()) running.kill()
      },
      async stop() {
        if (holds()) await running.stop()
      },
    }
  }

  #begin(options: StdioOptions): ServerProcess {
    const running = startProcess(options, {
      wrote: (line) => this.#holder?.wrote(line),
      overflowed: () => this.#holder?.overflowed(),
      said: (line) => this.#holder?.said(line),
      ended: (reason) => {
        if (this.#running !== running) return
        this.#running = undefined
        this.#holder?.ended(reason)
      },
    })
    this.#running = running
    return running
  }
}
