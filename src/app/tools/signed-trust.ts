import type { ToolSignatures, ToolTrust } from '../../pipeline/ports.ts'

/**
 * Trust in those tools alone whose signatures are accepted, and of these in what `trust` says.
 * What has not been verified yet is not trusted: it is verified meanwhile.
 */
export function signedTrust(
  trust: ToolTrust,
  signatures: Pick<ToolSignatures, 'known'>,
): ToolTrust {
  return {
    seen: (tools) => trust.seen?.(tools),
    barred: (tool) => trust.barred?.(tool),
    standing(tool) {
      if (signatures.known(tool)?.accepted === true) return trust.standing(tool)
      return { state: 'untrusted', code: 'TOOL_SIGNATURE_REFUSED' }
    },
  }
}
