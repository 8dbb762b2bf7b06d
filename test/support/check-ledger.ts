import { parseVerifierKey } from '../../src/kernel/tlog/note.ts'
import { judgeByKeys } from '../../src/stores/segments/fsck/judge-by-keys.ts'
import { fsck } from '../../src/stores/segments/fsck.ts'
import { SAMPLE_VKEY } from './sample-log.ts'

/** Checks a whole ledger by the public key of its node. */
export function checkLedger(directory: string, vkey = SAMPLE_VKEY) {
  return fsck(directory, { origin: parseVerifierKey(vkey).name, judge: judgeByKeys([vkey]) })
}
