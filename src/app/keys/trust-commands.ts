/** What the command line does with trust documents and root keys, on files alone. */
import { PortcullisError } from '../../kernel/errors.ts'
import { judgeTenantHead } from '../../kernel/trust/judge-tenant-head.ts'
import { keyIdOf } from '../../kernel/trust/key-record.ts'
import type { RootAlgorithm, RootKey } from '../../kernel/trust/root-key.ts'
import type { TrustDocument } from '../../kernel/trust/trust-document.ts'
import { countSigners, parseTrustFile, type TrustFile } from '../../kernel/trust/trust-file.ts'
import { checkFresh, verifyTrustChain } from '../../kernel/trust/verify-chain.ts'
import { createRootKey, readRootKey, signTrustFile } from '../../stores/keys-file/root-key-file.ts'
import { readTextFile, writeWhole } from '../text-files.ts'

export async function makeRoot(file: string, alg: RootAlgorithm): Promise<RootKey> {
  return createRootKey(file, alg)
}

/** The public half of a root key in a file. @throws PortcullisError `ROOT_KEY_INVALID`. */
export async function rootIn(file: string): Promise<RootKey> {
  const root = await readRootKey(file)
  if (root !== undefined) return root
  throw new PortcullisError('ROOT_KEY_INVALID', `there is no \`${file}\``)
}

export interface SignedFile extends TrustFile {
  /** Signatures that count, of the roots that the document itself names. */
  readonly signers: number
}

/** Adds the signature of a root to a trust file, in place or in another file. */
export async function signTrust(file: string, root: string, out = file): Promise<SignedFile> {
  const signed = await signTrustFile(readTextFile(file), root)
  if (signed === undefined) {
    throw new PortcullisError('ROOT_KEY_INVALID', `there is no \`${root}\``)
  }
  writeWhole(out, signed)
  return withSigners(parseTrustFile(signed))
}

export function withSigners(file: TrustFile): SignedFile {
  return { ...file, signers: countSigners(file, file.document.roots.keys) }
}

export interface TrustQuestion {
  /** Contents of trust files, oldest first. */
  readonly history: readonly string[]
  readonly roots?: readonly string[] | undefined
  /** A signed head to judge. */
  readonly head?: string | undefined
  readonly now: number
}

export interface TrustVerdict {
  readonly document: TrustDocument
  /** Of the head: its log, its size, and the key by which it counts, where that is settled. */
  readonly head?: { readonly origin: string; readonly size: number; readonly key?: string }
}

/** Judges a history, and a head by it. @throws PortcullisError with what is wrong. */
export function judgeTrust({ history, roots, head, now }: TrustQuestion): TrustVerdict {
  const document = verifyTrustChain(history, { roots })
  checkFresh(document, now)
  if (head === undefined) return { document }
  const { checkpoint, node } = judgeTenantHead(document, head)
  const { origin, size } = checkpoint
  return { document, head: { origin, size, ...(node && { key: keyIdOf(node.key) }) } }
}
