import type { TargetVerdict } from '../app/verify/verify-target.ts'
import type { VerifiedReceipt } from '../kernel/receipt/verify-receipt.ts'
import { visible } from '../kernel/text/visible.ts'
import { provedText, tableOf, verdictText } from './ledger-text.ts'

/** A verdict for people. */
export function verifiedText(target: string, verdict: TargetVerdict): string {
  switch (verdict.kind) {
    case 'ledger':
      return verdictText(verdict)
    case 'receipts':
      return [...receiptLines(verdict.verified), ...problemLines(target, verdict)].join('\n')
    case 'log':
      return [...logLines(verdict), ...problemLines(target, verdict)].join('\n')
  }
}

/** A verdict for programs. */
export function verifiedJson(verdict: TargetVerdict): unknown {
  switch (verdict.kind) {
    case 'ledger':
      return verdict
    case 'receipts': {
      const { kind, ok, verified, problems } = verdict
      return { kind, ok, receipts: verified.map(receiptJson), problems }
    }
    case 'log': {
      const { receipt, ...facts } = verdict
      return { ...facts, ...(receipt && { receipt: receiptJson(receipt) }) }
    }
  }
}

/** Roots are left out: they are in the proofs. */
function receiptJson({ receipt, checkpoint, node, key, signedBy, witnesses }: VerifiedReceipt) {
  const { origin: log, size } = checkpoint
  return {
    ...{ log, size, signedBy, witnesses },
    ...(node && { node: { log: node.origin, size: node.size } }),
    ...(key && { key: key.vkey }),
    receipt,
  }
}

function receiptLines(verified: readonly VerifiedReceipt[]): readonly string[] {
  const [one] = verified
  if (one !== undefined && verified.length === 1) return [provedText(one)]
  if (verified.length === 0) return []
  return [`${verified.length} receipts hold`, tableOf(verified.map(({ receipt }) => receipt))]
}

type LogVerdict = Extract<TargetVerdict, { readonly kind: 'log' }>

function logLines(verdict: LogVerdict): readonly string[] {
  const { ok, source, origin, size, hashed, remembered, witnesses, receipt } = verdict
  if (!ok || origin === undefined) return []
  const names = witnesses.map(({ name }) => name).join(', ')
  return [
    `${source}: holds`,
    `  ${size} entries of ${origin}, ${hashed} of them hashed now`,
    ...(names === '' ? [] : [`  witnessed by ${names}`]),
    ...(receipt === undefined ? [] : [provedText(receipt)]),
    ...(remembered || receipt !== undefined
      ? []
      : ['  compared with no earlier head: `--remember FILE` makes a fork or a cut-off end show']),
  ]
}

function problemLines(
  target: string,
  { problems, ...more }: Exclude<TargetVerdict, { readonly kind: 'ledger' }>,
): readonly string[] {
  if (problems.length === 0) return []
  const unlisted = 'unlisted' in more ? more.unlisted : 0
  return [
    `${target}: DOES NOT HOLD`,
    ...problems.map(({ code, place, message }) => `  ${code} at ${place}: ${visible(message)}`),
    ...(unlisted === 0 ? [] : [`  and ${unlisted} more problems`]),
  ]
}
