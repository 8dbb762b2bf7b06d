import type { FastifyInstance } from 'fastify'
import type { Clock, Gate, IdentitySource, Log, Logins, Standing } from '../../pipeline/ports.ts'
import type { Config } from '../config.ts'
import { clientCertificateOf, createOAuthDoor, type Keys, MCP_RESOURCE_METADATA } from '../parts.ts'
import { exchangeSubject, type OAuth } from './open-oauth.ts'

export interface OAuthDoorParts {
  readonly config: Pick<Config, 'oauth' | 'listen'>
  readonly keys: Pick<Keys, 'identity'>
  readonly oauth: OAuth
  readonly gate: Gate
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
  readonly identities: IdentitySource
  readonly standing: Pick<Standing, 'check'>
  /** How people log in, where there are any. */
  readonly login?: Logins['password'] | undefined
  /** The host in the names that our own authority gives; absent where there is none. */
  readonly trustDomain?: string | undefined
}

/** The authorization server at the listener for agents, and what the MCP endpoint says of it. */
export function oauthDoor(parts: OAuthDoorParts) {
  const { config, keys, oauth, gate, log, clock, identities, standing } = parts
  const { login, trustDomain } = parts
  const door = createOAuthDoor({
    ...{ gate, log, clock, login, standing, store: oauth.store, agents: oauth.agents },
    signingKey: keys.identity.privateKey,
    nonceSecret: oauth.nonceSecret,
    subject: exchangeSubject(oauth, { identities, standing }),
    certificates:
      trustDomain === undefined
        ? undefined
        : { of: ({ socket }) => clientCertificateOf(socket), trustDomain },
    delegationDepth: config.oauth.delegationDepth,
    consentTtlMs: config.oauth.consentTtlMs,
  })
  const challenges = {
    resourceMetadata: () => oauth.issuer && `${oauth.issuer}${MCP_RESOURCE_METADATA}`,
    dpopNonce: () => oauth.nonces.current(clock.now()),
  }
  return {
    ...{ challenges, routes: door.routes },
    /** Opens when the listener does: only then is it known under which port. */
    openWith(server: FastifyInstance, address: () => string) {
      server.server.once('listening', () => {
        const issuer = config.oauth.issuer ?? address()
        oauth.issueAs(issuer)
        door.open(issuer)
      })
    },
  }
}
