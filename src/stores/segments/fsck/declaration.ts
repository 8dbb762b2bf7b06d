import { canonical } from '../../../kernel/receipt/canonical.ts'
import { decodeBase64 } from '../../../kernel/tlog/base64.ts'
import type { LogName } from '../ledger-state.ts'
import { sealed } from '../signers.ts'
import type { LedgerJudge } from './judge-by-keys.ts'

/**
 * What the declaration of a log says; nothing unless it is the canonical text of one, sealed by an
 * accepted key: no head covers whose log it is.
 */
export function readDeclaration(text: string, judge: LedgerJudge): LogName | undefined {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || canonical(value) !== text) return undefined
  const { log, origin, tenant, seal, ...more }: Partial<Record<string, unknown>> = { ...value }
  const named = typeof origin === 'string' && typeof tenant === 'string'
  if (!named || typeof log !== 'number' || Object.keys(more).length > 0) return undefined
  const signature = typeof seal === 'string' ? decodeBase64(seal) : undefined
  const name = { log, origin, tenant }
  return signature && judge.seal(sealed(name), signature) ? name : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no declaration.
    return undefined
  }
}
