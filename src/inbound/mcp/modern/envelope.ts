import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import { LOG_LEVELS } from '../../../kernel/mcp/log-level.ts'
import { canonical } from '../../../kernel/receipt/canonical.ts'
import type { AboutClient } from '../../../pipeline/ports.ts'
import { META, MODERN_VERSIONS } from './era.ts'

/** Characters of what a client says of itself with each request: servers are told it again. */
export const ABOUT_LENGTH_LIMIT = 16 * 1024

/** A request of this era taken apart: what it says of its sender, and what it asks. */
export interface Envelope {
  readonly about: AboutClient
  /** Log messages below it are not for this client; absent, none are. */
  readonly logLevel?: string
  readonly progressToken?: string | number
  /** What is asked, without what concerns this one hop. */
  readonly params: JsonObject
  /** Answers to what an earlier result asked for, by the names that it gave them. */
  readonly inputResponses?: JsonObject
  readonly requestState?: string
}

/** The client may try again in a revision of the list that its answer holds. */
export class VersionUnsupported extends PortcullisError {
  readonly requested: string

  constructor(requested: string) {
    super('REQUEST_VERSION_UNSUPPORTED', `MCP \`${requested}\` is not spoken here`)
    this.requested = requested
  }
}

/**
 * MCP 2026-07-28, basic: the revision and the capabilities have to be there, in every request.
 * @throws PortcullisError `REQUEST_VERSION_UNSUPPORTED`, `REQUEST_META_INVALID`.
 */
export function readEnvelope({ _meta: meta, ...params }: JsonObject): Envelope {
  if (!isJsonObject(meta)) throw invalid('`_meta` is missing')
  const { [META.version]: version, [META.client]: info, [META.capabilities]: has, ...rest } = meta
  if (typeof version !== 'string') throw invalid(`\`${META.version}\` is missing`)
  if (!MODERN_VERSIONS.some((known) => known === version)) {
    throw new VersionUnsupported(version)
  }
  const about = { protocolVersion: version, capabilities: readHas(has), clientInfo: readInfo(info) }
  if (canonical(about).length > ABOUT_LENGTH_LIMIT)
    throw invalid('the client says too much of itself')
  const { progressToken: token, [META.logLevel]: level } = rest
  const { inputResponses, requestState, ...asked } = params
  return {
    about,
    ...(token === undefined ? {} : { progressToken: readToken(token) }),
    ...(level === undefined ? {} : { logLevel: readLevel(level) }),
    ...(inputResponses === undefined ? {} : { inputResponses: readResponses(inputResponses) }),
    ...(requestState === undefined ? {} : { requestState: readState(requestState) }),
    params: Object.keys(rest).length === 0 ? asked : { ...asked, _meta: rest },
  }
}

function readHas(capabilities: JsonValue | undefined): JsonObject {
  if (!isJsonObject(capabilities)) throw invalid(`\`${META.capabilities}\` is missing`)
  if (Object.values(capabilities).every(isJsonObject)) return capabilities
  throw invalid('each capability is an object')
}

/** A legacy server has to be told some name. */
const UNNAMED: JsonObject = { name: 'unnamed', version: '0' }

function readInfo(info: JsonValue | undefined): JsonObject {
  if (info === undefined) return UNNAMED
  const isInfo = isJsonObject(info) && [info.name, info.version].every((t) => typeof t === 'string')
  if (isInfo) return info
  throw invalid(`\`${META.client}\` has a name and a version`)
}

function readToken(token: JsonValue): string | number {
  if (typeof token === 'string' || Number.isSafeInteger(token)) return token as string | number
  throw invalid('`progressToken` is a string or an integer')
}

function readLevel(level: JsonValue): string {
  const known = LOG_LEVELS.find((name) => name === level)
  if (known !== undefined) return known
  throw invalid(`\`${META.logLevel}\` is no level`)
}

function readResponses(responses: JsonValue): JsonObject {
  if (isJsonObject(responses) && Object.values(responses).every(isJsonObject)) return responses
  throw invalid('`inputResponses` is an object of results')
}

function readState(state: JsonValue): string {
  if (typeof state === 'string') return state
  throw invalid('`requestState` is a string')
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_META_INVALID', message)
}
