/** Every vector of receipts with what it is verified by, here and in a browser. */
import { readFileSync } from 'node:fs'
import { codeOf } from '../../src/kernel/errors.ts'
import type { DemandTexts } from '../../src/receipt.ts'
import {
  type VerifiedReceipt,
  verifyPortableReceipt,
  verifyWithKeys,
  verifyWithTrust,
} from '../../src/receipt.ts'

const VECTORS = new URL('../../docs/spec/receipt-vectors/', import.meta.url)
export const readVector = (name: string) => readFileSync(new URL(name, VECTORS), 'utf8')

export interface VectorCall {
  readonly name: string
  readonly file: string
  readonly by:
    | { readonly vkey: string }
    | { readonly vkeys: string }
    | { readonly trust: string; readonly roots: readonly string[] }
  readonly demands?: DemandTexts
}

/** An entry of `index.json`, as far as it says how the file is verified. */
interface Entry {
  readonly file: string
  readonly keys?: string
  readonly trust?: string
  readonly roots?: readonly string[]
  readonly pq?: 'classical' | 'either' | 'both'
  readonly witnesses?: string
}

const index: readonly Entry[] = JSON.parse(readVector('index.json'))

/** How an entry of the index is verified. */
export function callOf({ file, keys, trust, roots, pq, witnesses }: Entry): VectorCall {
  const demands = {
    ...(pq && { hybrid: pq }),
    ...(witnesses && { witnesses: readVector(witnesses) }),
  }
  const asked = Object.keys(demands).length > 0
  const vkey = readVector('ledger.vkey').trim()
  const by =
    trust !== undefined
      ? { trust: readVector(trust), roots: roots ?? [] }
      : keys !== undefined || asked
        ? { vkeys: keys === undefined ? vkey : readVector(keys) }
        : { vkey }
  const name = pq === undefined ? file : `${file} ${pq}`
  return { name, file: readVector(file), by, ...(asked && { demands }) }
}

export const VECTOR_CALLS: readonly VectorCall[] = index.map(callOf)

export interface CallVerdict {
  readonly code: string
  readonly verified?: VerifiedReceipt
}

/** The code of a refusal, or `holds`. */
export async function verdictOf({ file, by, demands }: VectorCall): Promise<CallVerdict> {
  try {
    const verified = await ('vkey' in by
      ? verifyPortableReceipt(file, by.vkey)
      : 'vkeys' in by
        ? verifyWithKeys(file, by.vkeys, demands)
        : verifyWithTrust(file, by.trust, { roots: by.roots, ...demands }))
    return { code: 'holds', verified }
  } catch (error) {
    return { code: codeOf(error) }
  }
}
