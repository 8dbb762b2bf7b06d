import type { Span } from '../../kernel/policy/language/source.ts'
import type { CedarError } from './engine.ts'

/** Cedar counts bytes of UTF-8 where we count UTF-16 units. `text` is what Cedar was given. */
export function spanOf(error: CedarError, text: string, start: number): Span {
  const [place] = error.sourceLocations ?? []
  if (place === undefined) return { start, end: start + 1 }
  const bytes = Buffer.from(text)
  const units = (offset: number) => bytes.subarray(0, offset).toString().length
  return { start: start + units(place.start), end: start + units(place.end) }
}

/** What Cedar says, with what it expected instead. */
export function messageOf({ message }: CedarError): string {
  return message.replace(/^failed to parse [a-z ]*?from string: /u, '').replaceAll(/\s+/gu, ' ')
}

/**
 * The same for an error while deciding, which receipts keep: what it quotes stays where the policy
 * says it too, and is left out where it can only be a value of the request.
 */
export function faultMessageOf(error: CedarError, policy: string): string {
  return messageOf(error).replaceAll(/`([^`]*)`|"[^"]*"/gu, (quoted, name?: string) =>
    policy.includes(name ?? quoted) ? quoted : '…',
  )
}

export function hintOf({ help, sourceLocations = [] }: CedarError): string {
  const [label] = sourceLocations.flatMap(({ label }) => label ?? [])
  return help ?? label ?? 'see the reference of Cedar: https://docs.cedarpolicy.com'
}
