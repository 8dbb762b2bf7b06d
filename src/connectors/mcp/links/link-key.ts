import { createHash } from 'node:crypto'
import type { Identity } from '../../../kernel/identity/principal.ts'
import type { AboutClient } from '../../../pipeline/ports.ts'
import { ABOUT_RUNTIME } from '../handshake.ts'

/** For whom a link is: what a server keeps for one of them, another never meets. */
export type LinkedTo = Pick<Identity, 'tenant' | 'principal' | 'human'>

/** Whose links count together. Two tenants may have agents of one name. */
export function ownerOf({ tenant, principal: { kind, id } }: LinkedTo): string {
  // On the way of every call. With their lengths no two of them read alike.
  return `${tenant} ${kind} ${id.length} ${id}`
}

/** An agent that acts for two people has a link for each, and one for each thing it says it is. */
export function linkKey(identity: LinkedTo, about: AboutClient): string {
  const human = identity.human?.id ?? ''
  return `${ownerOf(identity)} ${human.length} ${human} ${digestOf(about)}`
}

const digests = new WeakMap<AboutClient, string>()

function digestOf(about: AboutClient): string {
  const known = digests.get(about)
  if (known !== undefined) return known
  const { protocolVersion, capabilities, clientInfo } = about
  const text = JSON.stringify([protocolVersion, capabilities, clientInfo])
  const digest = createHash('sha256').update(text).digest('base64url')
  digests.set(about, digest)
  return digest
}

/** What is said for those who came by a door that opens no session. */
export const ABOUT_NOBODY: AboutClient = { ...ABOUT_RUNTIME }
