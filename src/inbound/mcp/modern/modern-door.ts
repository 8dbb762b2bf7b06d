import { codeOf } from '../../../kernel/errors.ts'
import { concerns, type EndOf } from '../../../kernel/identity/standing.ts'
import type { Tenant } from '../../../kernel/identity/tenant.ts'
import type { RpcMessage } from '../../../kernel/jsonrpc/message.ts'
import { answeredError } from '../../../kernel/mcp/answered-error.ts'
import type { Clock, OpenSession } from '../../../pipeline/ports.ts'
import { logDefect, recordRefusal } from '../../record-refusal.ts'
import { type Answer, peerErrorAnswer } from '../answer.ts'
import type { Door, Visit } from '../visit.ts'
import type { Conversation } from './conversation.ts'
import { MissingCapability } from './declared.ts'
import { isModern, MODERN_VERSIONS } from './era.ts'
import { DEFAULT_MODERN_LIMITS, type ModernLimits } from './limits.ts'
import type { Modern } from './modern.ts'
import { refusal, translated } from './modern-answer.ts'
import { OpenInputs } from './open-inputs.ts'
import { type Presence, Presences } from './presences.ts'
import { serveModern } from './serve-modern.ts'

export interface ModernDoorOptions {
  readonly clock: Clock
  readonly limits?: Partial<ModernLimits> | undefined
}

/** The part of the door for clients whose requests stand alone (MCP since 2026-07-28). */
export interface ModernDoor {
  /** Nothing for a message of a session. */
  serve(message: RpcMessage, visit: Visit): Promise<Answer> | undefined
  /** Tells the agents of a tenant that their tools may be others. */
  toolsChanged(tenant: Tenant): void
  /** Whoever was let in by what was taken back hears nothing from now on. */
  end(end: EndOf): void
  list(tenant: Tenant): readonly OpenSession[]
  close(): void
}

export function createModernDoor(door: Door, { clock, limits }: ModernDoorOptions): ModernDoor {
  const bounds = { ...DEFAULT_MODERN_LIMITS, ...limits }
  const modern: Modern = {
    ...{ door, limits: bounds },
    self: { name: 'portcullis', title: 'Portcullis', version: door.version },
    presences: presencesOf(door, { clock, limits: bounds }),
    inputs: new OpenInputs(bounds),
    live: new Set<Conversation>(),
    refuse: (error, visit) => refuse(error, visit, door),
  }
  return {
    serve(message, visit) {
      if (!isModern(message, visit.request.headers)) return undefined
      return serveModern(message, visit, modern)
    },
    toolsChanged(tenant) {
      for (const { identity, listeners } of modern.presences.all()) {
        if (identity.tenant !== tenant) continue
        for (const listener of listeners) listener.toolsChanged()
      }
    },
    end: (end) => endAllOf(end, modern),
    list: (tenant) =>
      [...modern.presences.all()]
        .filter(({ identity }) => identity.tenant === tenant)
        .map(openSession),
    close() {
      for (const { listeners } of modern.presences.all()) {
        for (const listener of listeners) listener.end()
      }
      for (const conversation of [...modern.live]) giveUp(conversation, modern)
    },
  }
}

function presencesOf(
  door: Door,
  { clock, limits }: { readonly clock: Clock; readonly limits: ModernLimits },
): Presences {
  const { gate, log } = door
  return new Presences({
    ...{ limits, clock },
    onBegin({ channel, identity }) {
      const detail = `MCP ${MODERN_VERSIONS[0]}`
      return gate.note({ name: 'session.opened', detail }, channel, identity)
    },
    onEnd({ channel, identity }, why) {
      gate.note({ name: 'session.ended', detail: why }, channel, identity).catch((error) => {
        log.error('event.unrecorded', { receipt: 'session.ended', cause: codeOf(error) })
      })
    },
    onLeave: (client) => door.upstreams(client.identity).leave(client),
  })
}

function openSession({ run, identity, opened }: Presence): OpenSession {
  const { kind, id } = identity.principal
  return { id: run, what: 'session', principal: { kind, id }, kind: 'mcp', opened }
}

/**
 * A run ends with its agent, or when it is ended by its name. A credential that is taken back ends
 * what was opened with it, and no run: another one would begin without what this one has seen.
 */
function endAllOf(end: EndOf, modern: Modern): void {
  const isRun = ({ run, identity }: Presence) =>
    end.what === 'session' && end.id === run && end.tenant === identity.tenant
  for (const presence of [...modern.presences.all()]) {
    const { identity, listeners } = presence
    const isOver = isRun(presence) || (end.what === 'agent' && concerns(end, identity))
    for (const listener of listeners) {
      if (isOver || concerns(end, listener.identity)) listener.end()
    }
    for (const conversation of [...modern.live]) {
      const { channel, identity: asker } = conversation.leg.visit
      const isOwn = isOver && channel.run === presence.run
      if (isOwn || concerns(end, asker)) giveUp(conversation, modern)
    }
    if (isOver) modern.presences.end(presence, 'taken back')
  }
}

function giveUp(conversation: Conversation, { inputs }: Modern): void {
  conversation.cancel('SESSION_ENDED')
  inputs.drop(conversation)
}

async function refuse(error: unknown, visit: Visit, door: Door): Promise<Answer> {
  const { channel, identity, messageId } = visit
  const answered = error instanceof MissingCapability ? undefined : answeredError(error)
  if (answered !== undefined && messageId !== undefined) {
    return translated(peerErrorAnswer(messageId, answered), '')
  }
  const code = codeOf(error)
  logDefect(channel.door, error, door.log)
  await recordRefusal({ code, channel, identity }, door.gate, door.log)
  return refusal(code, error, messageId)
}
