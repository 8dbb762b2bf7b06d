import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { PortcullisError } from '../../kernel/errors.ts'

/** Argon2id as the OWASP Password Storage Cheat Sheet has it: 19 MiB, two passes, one lane. */
export const ARGON2_MEMORY_KIB = 19_456
export const ARGON2_PASSES = 2
export const ARGON2_LANES = 1
const HASH_BYTES = 32
const SALT_BYTES = 16
/** Hashes at once: so many times the memory above is all that logins can take. */
export const HASHES_AT_ONCE = 2
/** Hashes that wait; whoever comes then is refused. */
export const HASHES_WAITING = 64

const argon2id = promisify(argon2)

/** `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`, as the PHC string format has it. */
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

interface Costs {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

const CURRENT: Costs = {
  ...{ memory: ARGON2_MEMORY_KIB, passes: ARGON2_PASSES, parallelism: ARGON2_LANES },
}

/** Hashes passwords, few at a time. */
export class PasswordHashes {
  readonly #costs: Costs
  readonly #waiting: (() => void)[] = []
  readonly #nobody: string
  #running = 0

  constructor(costs: Partial<Costs> = {}) {
    this.#costs = { ...CURRENT, ...costs }
    // Never matches: nothing is known that hashes to it.
    this.#nobody = phcOf(this.#costs, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
  }

  async hash(prepared: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    return phcOf(this.#costs, salt, await this.#derive(prepared, salt, this.#costs))
  }

  /** Takes as long where there is no hash at all: whether there is an account cannot be told. */
  async matches(prepared: string, phc: string | undefined): Promise<boolean> {
    const parts = PHC.exec(phc ?? this.#nobody)
    if (parts === null) throw new PortcullisError('ACCOUNTS_UNAVAILABLE', 'a hash is no Argon2id')
    const [, memory, passes, parallelism, salt = '', wanted = ''] = parts
    const costs = {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
    }
    const hash = await this.#derive(prepared, Buffer.from(salt, 'base64'), costs)
    const stored = Buffer.from(wanted, 'base64')
    const isEqual = stored.length === hash.length && timingSafeEqual(stored, hash)
    return isEqual && phc !== undefined
  }

  /** Was it made with other costs than hashes are made with now? */
  isOutdated(phc: string): boolean {
    const [, memory, passes, parallelism] = PHC.exec(phc) ?? []
    const { memory: m, passes: t, parallelism: p } = this.#costs
    return Number(memory) !== m || Number(passes) !== t || Number(parallelism) !== p
  }

  async #derive(message: string, nonce: Buffer, costs: Costs): Promise<Buffer> {
    await this.#turn()
    try {
      const parameters: Argon2Parameters = { message, nonce, tagLength: HASH_BYTES, ...costs }
      return await argon2id('argon2id', parameters)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  /** Whoever is next takes over the place of the one that has ended. */
  #turn(): Promise<void> {
    if (this.#running < HASHES_AT_ONCE) {
      this.#running += 1
      return Promise.resolve()
    }
    if (this.#waiting.length >= HASHES_WAITING) {
      return Promise.reject(new PortcullisError('LOGIN_BUSY', 'too many logins wait'))
    }
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }
}

function phcOf({ memory, passes, parallelism }: Costs, salt: Buffer, hash: Buffer): string {
  const bare = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(salt)}$${bare(hash)}`
}
