import type { JsonObject } from '../../kernel/json/value.ts'
import { fingerprintOf } from '../../kernel/tools/fingerprint.ts'
import { isPlainSignature } from '../../kernel/tools/schemapin/plain-signature.ts'
import { signedDefinition } from '../../kernel/tools/schemapin/signature-document.ts'
import type { DefinedTool, ToolSignatures } from '../../pipeline/ports.ts'

/**
 * What a tool is that differs from the trusted definition in its signature alone. `held`: the new
 * one holds with the key that is pinned, and says nothing beside, so that the tool is what it was.
 * `open`: whether it holds is not known yet. `other`: it differs, as any other tool does.
 */
export type SignedAnew = 'held' | 'open' | 'other'

/** Where the fault is not the signature's: it may hold once the signer's documents are there. */
const OPEN = 'discovery_fetch_failed'

/** Tells tools that were only signed anew from those that changed. */
export class AnewSigned {
  readonly #signatures: Pick<ToolSignatures, 'known'>
  /** By definition: its fingerprint without a signature. */
  readonly #bare = new WeakMap<JsonObject, { readonly fingerprint: string | undefined }>()

  constructor(signatures: Pick<ToolSignatures, 'known'>) {
    this.#signatures = signatures
  }

  /** `trusted` is asked for only where the tool is signed. */
  judge(tool: DefinedTool, trusted: () => JsonObject): SignedAnew {
    const { signature } = signedDefinition(tool.definition)
    if (signature === undefined) return 'other'
    const fingerprint = this.#fingerprint(tool.definition)
    if (fingerprint === undefined) return 'other'
    // What the trusted one's signature says was trusted with it, and is missed by nobody.
    if (fingerprint !== this.#fingerprint(trusted())) return 'other'
    const verdict = this.#signatures.known(tool)
    if (verdict === undefined) return 'open'
    const { verification } = verdict
    if (verification === undefined) return 'other'
    if (!verification.valid) return verification.code === OPEN ? 'open' : 'other'
    return isPlainSignature(signature, verification) ? 'held' : 'other'
  }

  #fingerprint(definition: JsonObject): string | undefined {
    const known = this.#bare.get(definition)
    if (known !== undefined) return known.fingerprint
    const fingerprint = fingerprintOf(signedDefinition(definition).schema)
    this.#bare.set(definition, { fingerprint })
    return fingerprint
  }
}
