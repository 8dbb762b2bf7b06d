import { setImmediate } from 'node:timers/promises'
import type { JsonObject } from '../../kernel/json/value.ts'
import { definitionDigest } from '../../kernel/receipt/definition-digest.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { Refuted, Verification } from '../../kernel/tools/schemapin/verification.ts'
import type {
  Clock,
  DefinedTool,
  KeyPins,
  SignatureVerdict,
  ToolSignatures,
} from '../../pipeline/ports.ts'
import { judgeTool, type ServerSigners } from './judge-tool.ts'

/** How long a verdict counts before it is reached anew, in milliseconds. */
export const VERDICT_MS = 15 * 60_000
/** Verdicts that are kept. */
export const VERDICTS_LIMIT = 20_000

export interface ToolSignaturesOptions {
  readonly pins: KeyPins
  readonly clock: Pick<Clock, 'now'>
  /** Is told of what is refused, and of keys that changed, once each. */
  readonly report: (event: RecordedEvent) => void
}

interface Kept {
  readonly verdict: SignatureVerdict
  readonly until: number
}

const UNASKED: SignatureVerdict = { level: 'off', accepted: true }

/** Verifies signatures of tools as SchemaPin has them, and remembers what came of it. */
export class SchemaPinSignatures implements ToolSignatures {
  readonly #options: ToolSignaturesOptions
  /** By the name of the server; of others no signature is asked. */
  readonly #signers = new Map<string, ServerSigners>()
  readonly #verdicts = new Map<string, Kept>()
  readonly #underWay = new Map<string, Promise<SignatureVerdict>>()
  readonly #listeners = new Set<() => void>()
  #last: Promise<unknown> = Promise.resolve()
  /** What was reported of keys: a server with many tools tells of a changed key once. */
  readonly #changedKeys = new Set<string>()

  constructor(options: ToolSignaturesOptions) {
    this.#options = options
  }

  /**
   * From now on these have to sign the tools of a server, or nobody. What was reached by others
   * counts no more.
   */
  follow(server: string, signers: ServerSigners | undefined): void {
    if (signers === undefined) this.#signers.delete(server)
    else this.#signers.set(server, signers)
    const beginning = `${JSON.stringify([server]).slice(0, -1)},`
    for (const key of this.#verdicts.keys()) {
      if (key.startsWith(beginning)) this.#verdicts.delete(key)
    }
    for (const listener of this.#listeners) listener()
  }

  async verify(tool: DefinedTool): Promise<SignatureVerdict> {
    if (this.#asked(tool) === undefined) return UNASKED
    const key = keyOf(tool)
    const kept = this.#verdicts.get(key)
    if (kept !== undefined && kept.until > this.#options.clock.now()) return kept.verdict
    const underWay = this.#underWay.get(key) ?? this.#judge(tool, key)
    this.#underWay.set(key, underWay)
    try {
      return await underWay
    } finally {
      this.#underWay.delete(key)
    }
  }

  known(tool: DefinedTool): SignatureVerdict | undefined {
    if (this.#asked(tool) === undefined) return UNASKED
    const kept = this.#verdicts.get(keyOf(tool))
    const fresh = kept !== undefined && kept.until > this.#options.clock.now()
    // What fails here is unknown at the next look, too; `verify` reports it.
    if (!fresh) void this.verify(tool).catch(() => undefined)
    return kept?.verdict
  }

  onVerdict(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #asked({ server }: DefinedTool): ServerSigners | undefined {
    const signers = this.#signers.get(server)
    return signers?.level === 'off' ? undefined : signers
  }

  /** By the signers that are asked for when it is reached: they may change meanwhile. */
  async #judge(tool: DefinedTool, key: string): Promise<SignatureVerdict> {
    for (;;) {
      const signers = this.#asked(tool)
      if (signers === undefined) return UNASKED
      const [reached] = await Promise.allSettled([this.#reach(tool, signers)])
      if (this.#asked(tool) !== signers) continue
      const before = this.#verdicts.get(key)?.verdict
      if (reached.status === 'rejected') {
        // Nobody knows whether it still holds.
        this.#verdicts.delete(key)
        throw reached.reason
      }
      this.#keep(key, reached.value)
      if (!isSame(before, reached.value)) this.#tell(tool, reached.value)
      return reached.value
    }
  }

  async #reach(tool: DefinedTool, signers: ServerSigners): Promise<SignatureVerdict> {
    const { pins, clock } = this.#options
    const verification = await judgeTool(tool, { signers, pins, clock, turn: () => this.#turn() })
    const accepted = verification.valid || signers.level === 'warn'
    return { level: signers.level, accepted, verification }
  }

  /** One after the other, and others of the runtime between them. */
  async #turn(): Promise<void> {
    this.#last = this.#last.then(() => setImmediate())
    await this.#last
  }

  #keep(key: string, verdict: SignatureVerdict): void {
    this.#verdicts.delete(key)
    this.#verdicts.set(key, { verdict, until: this.#options.clock.now() + VERDICT_MS })
    const [oldest] = this.#verdicts.keys()
    if (this.#verdicts.size > VERDICTS_LIMIT && oldest !== undefined) this.#verdicts.delete(oldest)
  }

  #tell(tool: DefinedTool, { verification, level }: SignatureVerdict): void {
    if (verification?.valid === false) {
      this.#alert(verification)
      const what = level === 'require' ? 'refused' : 'warned of'
      const { step, code } = verification
      const detail = `${tool.server}.${tool.tool.slice(0, 128)}: ${code} at ${step}, ${what}`
      const digest = definitionDigest(tool.definition)
      this.#options.report({ name: 'tool.signature_refused', detail, ...(digest && { digest }) })
    }
    for (const listener of this.#listeners) listener()
  }

  #alert({ code, domain, fingerprint }: Refuted): void {
    if (code !== 'key_pin_mismatch' || domain === undefined || fingerprint === undefined) return
    const changed = `${domain}: ${fingerprint}`
    if (this.#changedKeys.has(changed) || this.#changedKeys.size >= VERDICTS_LIMIT) return
    this.#changedKeys.add(changed)
    this.#options.report({ name: 'tool.key_changed', detail: changed, digest: fingerprint })
  }
}

/** A definition is the same as long as it says the same. */
function keyOf({ server, tool, definition }: DefinedTool): string {
  return JSON.stringify([server, tool, digestOf(definition)])
}

const digests = new WeakMap<JsonObject, string>()

/** One without a canonical form is told from others by its text. */
function digestOf(definition: JsonObject): string {
  const known = digests.get(definition)
  if (known !== undefined) return known
  const digest = definitionDigest(definition) ?? JSON.stringify(definition)
  digests.set(definition, digest)
  return digest
}

function isSame(a: SignatureVerdict | undefined, b: SignatureVerdict): boolean {
  return a !== undefined && outcomeOf(a.verification) === outcomeOf(b.verification)
}

function outcomeOf(verification: Verification | undefined): string {
  if (verification === undefined) return 'unasked'
  return verification.valid ? 'valid' : `${verification.step} ${verification.code}`
}
