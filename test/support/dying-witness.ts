/**
 * A witness that is killed when it has stored a head and has not signed it yet. Started with the
 * files of its state and its keys and the public key of a log; prints its address.
 */

import { createWitnessServer } from '../../src/inbound/witness/witness-server.ts'
import { parseLogKey } from '../../src/kernel/tlog/log-key.ts'
import { readWitnessKeys } from '../../src/stores/keys-file/witness-keys.ts'
import { WitnessBook } from '../../src/stores/sqlite/witness-book.ts'
import { silentLog } from './silent-log.ts'

const [file = '', keyFile = '', vkey = ''] = process.argv.slice(2)
const keys = await readWitnessKeys(keyFile)
const cosigners = keys?.cosigners ?? []
const server = createWitnessServer({
  logs: [parseLogKey(vkey)],
  book: new WitnessBook({ file, keys: cosigners.map((one) => one.vkey), create: false }),
  cosigners: cosigners.map(({ key }) => ({
    key,
    sign: () => {
      process.kill(process.pid, 'SIGKILL')
      return new Promise(() => undefined)
    },
  })),
  clock: Date,
  log: silentLog,
})
process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`)
