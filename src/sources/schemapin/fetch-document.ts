import { Agent, type buildConnector, buildConnector as connectorOf, request } from 'undici'
import { codeOf } from '../../kernel/errors.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import { Fault, type Step } from '../../kernel/tools/schemapin/verification.ts'
import { publicLookup } from './public-address.ts'

/** Bytes of a document. */
export const DOCUMENT_LIMIT_BYTES = 1024 * 1024
/** How long a document may take, from the name to the last byte, in milliseconds. */
export const DOCUMENT_WAIT_MS = 10_000
/** How long a connection may take to be made, in milliseconds. */
const CONNECTING_WAIT_MS = 5_000

export interface FetchOptions {
  /** Lets names point at addresses that are not public: for signers inside a company. */
  readonly allowPrivate: boolean
  /** How connections are opened, where that is not as usual. */
  readonly connect?: buildConnector.connector
}

/** Fetches documents of signers. Close it when it is no longer needed. */
export interface Fetcher {
  /**
   * Nothing where there is none (404, 410). HTTPS only, and no redirect is followed: a document is
   * where the specification says, or the signer's server is not what decides.
   * @throws Fault of `step`: `discovery_fetch_failed`; `discovery_invalid` for what is no JSON.
   */
  fetch(address: string, step: Step): Promise<JsonValue | undefined>
  close(): Promise<void>
}

export function documentFetcher({ allowPrivate, connect }: FetchOptions): Fetcher {
  const lookup = allowPrivate ? {} : { lookup: publicLookup }
  const usual = connectorOf({ timeout: CONNECTING_WAIT_MS, minVersion: 'TLSv1.2', ...lookup })
  const dispatcher = new Agent({ connect: connect ?? usual, connections: 4 })
  return {
    async fetch(address, step) {
      const url = safeAddress(address, step)
      const body = await bodyAt(url, { dispatcher, step })
      return body && parsed(body, step)
    },
    close: () => dispatcher.close(),
  }
}

/** The address comes from a document of a stranger: a host name, and HTTPS on its own port. */
function safeAddress(address: string, step: Step): URL {
  const url = URL.parse(address)
  const plain = url?.protocol === 'https:' && url.port === '' && url.username + url.password === ''
  if (url !== null && plain && domainName(url.hostname) !== undefined) return url
  throw new Fault(step, 'discovery_fetch_failed', 'an address is not `https://` and a host name')
}

async function bodyAt(
  url: URL,
  { dispatcher, step }: { readonly dispatcher: Agent; readonly step: Step },
): Promise<Uint8Array | undefined> {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(DOCUMENT_WAIT_MS),
    })
    if (statusCode === 200) return await bounded(body)
    await body.dump({ limit: DOCUMENT_LIMIT_BYTES })
    if (statusCode === 404 || statusCode === 410) return undefined
    throw new Error(`status ${statusCode}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const told = `\`${url.host}\` gave no document: ${why.slice(0, 200)}`
    throw new Fault(step, 'discovery_fetch_failed', told)
  }
}

async function bounded(body: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > DOCUMENT_LIMIT_BYTES) throw new Error('it is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function parsed(body: Uint8Array, step: Step): JsonValue {
  try {
    return parseStrictJson(body)
  } catch (error) {
    throw new Fault(step, 'discovery_invalid', `a document is no plain JSON: ${codeOf(error)}`)
  }
}
