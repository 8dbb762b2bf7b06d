import { jsonLine } from '../kernel/json/json-line.ts'
import type { JsonObject, JsonValue } from '../kernel/json/value.ts'
import { visible } from '../kernel/text/visible.ts'
import type { Clock, Log } from '../pipeline/ports.ts'

export type { Log }

type Level = keyof Log

/** The log of a stream: for people at a terminal, otherwise for programs. */
export function streamLog(stream: NodeJS.WriteStream, clock: Pick<Clock, 'now'>): Log {
  const options = { write: (text: string) => stream.write(text), clock }
  return stream.isTTY ? prettyLog(options, { colour: !process.env.NO_COLOR }) : jsonLog(options)
}

/** Where lines go. */
export interface LogOptions {
  readonly write: (text: string) => unknown
  readonly clock: Pick<Clock, 'now'>
}

/** One JSON object a line: `time`, `level` and `event` first, then the fields of the event. */
export function jsonLog({ write, clock }: LogOptions): Log {
  return logOf((level, event, fields) => {
    const reserved = { time: new Date(clock.now()).toISOString(), level, event }
    write(jsonLine({ ...reserved, ...fields, ...reserved }))
  })
}

const COLOURS: Readonly<Record<Level, number>> = { info: 36, warn: 33, error: 31 }

/** For people at a terminal. A name that an agent chose cannot steer it. */
export function prettyLog({ write, clock }: LogOptions, { colour }: { colour: boolean }): Log {
  return logOf((level, event, fields) => {
    const time = new Date(clock.now()).toTimeString().slice(0, 8)
    const word = level.padEnd(5)
    const painted = colour ? `\u001b[${COLOURS[level]}m${word}\u001b[0m` : word
    const details = Object.entries(fields).map(([name, value]) => ` ${name}=${wordOf(value)}`)
    write(`${time} ${painted} ${visible(`${event}${details.join('')}`)}\n`)
  })
}

function logOf(note: (level: Level, event: string, fields: JsonObject) => void): Log {
  return {
    info: (event, fields = {}) => note('info', event, fields),
    warn: (event, fields = {}) => note('warn', event, fields),
    error: (event, fields = {}) => note('error', event, fields),
  }
}

function wordOf(value: JsonValue): string {
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)
}
