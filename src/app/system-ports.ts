import { randomFillSync } from 'node:crypto'
import type { Alarm, Clock, Ids } from '../pipeline/ports.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
}

/** Rings while the runtime runs; an alarm alone does not keep it running. */
export const systemAlarm: Alarm = {
  after(waitMs, ring) {
    const timer = setTimeout(ring, waitMs).unref()
    return () => clearTimeout(timer)
  },
}

/** Bytes of randomness drawn at once: a draw costs more than an id. */
const DRAW_BYTES = 4096
const ID_BYTES = 16

/** UUIDs of version 7 (RFC 9562 section 5.7): sortable by time, 74 bits of randomness. */
export function uuidIds(clock: Pick<Clock, 'now'>): Ids {
  const drawn = Buffer.alloc(DRAW_BYTES)
  let next = DRAW_BYTES
  return {
    next() {
      if (next === DRAW_BYTES) {
        randomFillSync(drawn)
        next = 0
      }
      const id = drawn.subarray(next, next + ID_BYTES)
      next += ID_BYTES
      id.writeUIntBE(clock.now(), 0, 6)
      id[6] = 0x70 | (id.readUInt8(6) & 0x0f)
      id[8] = 0x80 | (id.readUInt8(8) & 0x3f)
      const hex = id.toString('hex')
      const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
      return `${groups.join('-')}-${hex.slice(20)}`
    },
  }
}
