import { createPublicKey } from 'node:crypto'
import { now } from '../../kernel/checks/answer-now.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { Demands, ReceiptTrust } from '../../kernel/receipt/proved-head.ts'
import { demandsCheck, keysCheck, trustCheck } from '../../kernel/receipt/read-trust.ts'
import type { HybridPolicy } from '../../kernel/tlog/hybrid.ts'
import { rootKeyOf } from '../../kernel/trust/root-key.ts'
import { systemClock } from '../system-ports.ts'
import { readTextFile } from '../text-files.ts'
import { HeadMemory } from './head-memory.ts'

/** Files that say what is trusted, as they are named on the command line. */
export interface TrustFiles {
  /** Public keys, a `vkey` a line. */
  readonly key?: string
  /** A trust document, and the root keys that count, in PEM; by default its own. */
  readonly trust?: string
  readonly root?: readonly string[]
  readonly pq?: HybridPolicy
  readonly witnesses?: string
  readonly remember?: string
}

/** What is trusted and asked for, and what is remembered. */
export interface Trusted {
  readonly trust: ReceiptTrust
  readonly demands: Demands
  readonly memory?: HeadMemory
}

/** @throws PortcullisError for files that do not say it; `VERIFY_OPTIONS` where none is named. */
export function readTrust(files: TrustFiles): Trusted {
  const { pq, witnesses, remember } = files
  const texts = {
    ...(pq && { hybrid: pq }),
    ...(witnesses !== undefined && { witnesses: readTextFile(witnesses) }),
  }
  return {
    trust: trustOf(files),
    demands: now(demandsCheck(texts)),
    ...(remember !== undefined && { memory: new HeadMemory(remember) }),
  }
}

function trustOf({ key, trust, root }: TrustFiles): ReceiptTrust {
  if (key !== undefined) return now(keysCheck(readTextFile(key)))
  if (trust === undefined) {
    const message = 'name what you trust: `--key VKEY-FILE`, or `--trust trust.json`'
    throw new PortcullisError('VERIFY_OPTIONS', message)
  }
  const roots = root?.map((file) => rootIdIn(file))
  return now(trustCheck(readTextFile(trust), { now: systemClock.now(), ...(roots && { roots }) }))
}

function rootIdIn(file: string): string {
  try {
    return rootKeyOf(createPublicKey(readTextFile(file)).export({ format: 'der', type: 'spki' })).id
  } catch (cause) {
    if (codeOf(cause) !== 'INTERNAL') throw cause
    throw new PortcullisError('ROOT_KEY_INVALID', `\`${file}\` is no public key`, { cause })
  }
}
