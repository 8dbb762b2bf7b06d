import type { ActorLink } from '../identity/principal.ts'
import { BY_OPERATOR, BY_RUNTIME, type EventBy } from '../receipt/event-draft.ts'
import { encodeBase64 } from '../tlog/base64.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { type KeyRecord, keyIdOf, type NamedHead } from './key-record.ts'
import type { TrustFile } from './trust-file.ts'

/** What receipts tell of keys. */
export type KeyEventName =
  | 'key.rotated'
  | 'key.stopped'
  | 'key.retired'
  | 'key.compromised'
  | 'trust.published'

/** Something that happened to keys, for a receipt. */
export interface KeyNews {
  readonly event: KeyEventName
  readonly detail: string
  /** Who asked for it; absent where it was due. */
  readonly asker?: ActorLink
}

/** Whose doing it is: the runtime's, for who asked if somebody did. */
export function byOfNews({ asker }: KeyNews): EventBy {
  if (asker === undefined) return BY_RUNTIME
  return { actor: [asker, ...BY_RUNTIME.actor], channel: BY_OPERATOR.channel }
}

/** One key took over from another; `note` is the change that both signed. */
export function rotatedNews(note: string): KeyNews {
  return { event: 'key.rotated', detail: note }
}

/** It signs nothing any more: the next head is without it. */
export function stoppedNews(key: KeyRecord): KeyNews {
  return { event: 'key.stopped', detail: `${keyIdOf(key)} signs no more` }
}

export function retiredNews(key: KeyRecord, final: NamedHead): KeyNews {
  return { event: 'key.retired', detail: `${keyIdOf(key)} is good up to ${headText(final)}` }
}

export function compromisedNews(key: KeyRecord, bound: NamedHead): KeyNews {
  return { event: 'key.compromised', detail: `${keyIdOf(key)} counts up to ${headText(bound)}` }
}

export function publishedNews({ document, digest }: TrustFile): KeyNews {
  return { event: 'trust.published', detail: `version ${document.version} sha256:${digest}` }
}

/** A head as a trust document names it. */
export function namedHead({ size, root }: Pick<Checkpoint, 'size' | 'root'>): NamedHead {
  return { size, root: encodeBase64(root) }
}

function headText({ size, root }: NamedHead): string {
  return `size ${size}, root ${root}`
}
