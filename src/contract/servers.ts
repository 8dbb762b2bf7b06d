import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }
const least = 'super_admin'

const Name = Type.String({ description: 'Name in the configuration.', maxLength: 128 })
const Isolation = Type.Enum(['agent', 'shared'], {
  description: 'A session or process of its own for each agent, or one for all.',
})
const Protocol = Type.Enum(['auto', '2026-07-28', 'legacy', 'sse'], {
  description: 'What it is declared to speak; `auto` finds out.',
})
const Trust = Type.Enum(['first_use', 'review'], {
  description: 'When its tools are trusted: seen first, or read by somebody.',
})
const Space = Type.String({ description: 'The space that it belongs to.', maxLength: 63 })
const Texts = Type.Record(Type.String(), Type.String())

/** A server as it is declared and as it is doing. Nothing of it holds a secret. */
const view = {
  name: Name,
  transport: Type.Enum(['stdio', 'http']),
  command: Type.Optional(Type.String({ description: 'The program, without its arguments.' })),
  host: Type.Optional(Type.String({ description: 'Of its address: the rest may hold a secret.' })),
  isolation: Isolation,
  protocol: Protocol,
  revision: Type.Optional(
    Type.String({ description: 'Of MCP, as it was found to speak: `2025-11-25`.' }),
  ),
  space: Type.Optional(Space),
  state: Type.Enum(['up', 'connecting', 'failed']),
  code: Type.Optional(Type.String({ description: 'Why it is not up: see the page of errors.' })),
  retryMs: Type.Optional(
    Type.Integer({ description: 'Milliseconds until it is tried again by itself.' }),
  ),
  restarts: Type.Integer({ description: 'How often it was tried again.' }),
  links: Type.Integer({ description: 'Sessions or processes that it keeps for agents.' }),
  offered: Type.Integer({ description: 'Tools that agents may see, policies permitting.' }),
  heldBack: Type.Integer({ description: 'Tools that it lists and that are not trusted.' }),
  pinned: Type.Integer({ description: 'Tools whose definitions are pinned, listed or not.' }),
}

export const ServerView = Type.Object(view, closed)
export type ServerView = Static<typeof ServerView>

export const ServerList = Type.Object({ servers: Type.Array(ServerView) }, closed)
export type ServerList = Static<typeof ServerList>

/** The same in full. */
export const ServerDetail = Type.Object(
  {
    ...view,
    file: Type.String({ description: 'The configuration that declares it.' }),
    args: Type.Optional(Type.Integer({ description: 'How many arguments the program has.' })),
    env: Type.Optional(Type.Array(Type.String(), { description: 'Names of its variables.' })),
    headers: Type.Optional(Type.Array(Type.String(), { description: 'Names of its headers.' })),
    callTimeoutMs: Type.Integer(),
    trust: Trust,
    schema: Type.Enum(['strict', 'lenient']),
    sanitise: Type.Enum(['strict', 'on', 'mark', 'off']),
    signatures: Type.Enum(['off', 'warn', 'require']),
    introspects: Type.Boolean({ description: 'Whether it may ask about tokens.' }),
    tools: Type.Array(
      Type.Object(
        {
          name: Type.String({ description: 'As the server names it.' }),
          code: Type.Optional(Type.String({ description: 'Why it is held back.' })),
        },
        closed,
      ),
      { description: 'What it listed last.' },
    ),
    more: Type.Integer({ description: 'How many more tools there are.' }),
  },
  closed,
)
export type ServerDetail = Static<typeof ServerDetail>

export const ServerPath = Type.Object({ name: Name }, closed)
export type ServerPath = Static<typeof ServerPath>

/** Either a program or an address. Secrets are written `${NAME}`. */
export const NewServer = Type.Object(
  {
    name: Name,
    command: Type.Optional(Type.String({ description: 'The program to start.', minLength: 1 })),
    args: Type.Optional(Type.Array(Type.String(), { description: 'Its arguments.' })),
    env: Type.Optional(Type.Unsafe<Record<string, string>>(Texts)),
    cwd: Type.Optional(
      Type.String({ description: 'The folder it starts in, from that of the file.', minLength: 1 }),
    ),
    url: Type.Optional(Type.String({ description: 'Its address.', minLength: 1 })),
    headers: Type.Optional(Type.Unsafe<Record<string, string>>(Texts)),
    isolation: Type.Optional(Isolation),
    protocol: Type.Optional(Protocol),
    trust: Type.Optional(Trust),
    space: Type.Optional(Space),
  },
  closed,
)
export type NewServer = Static<typeof NewServer>

export const ServerAdded = Type.Object(
  { file: Type.String({ description: 'The configuration that has it now.' }), server: ServerView },
  closed,
)
export type ServerAdded = Static<typeof ServerAdded>

export const ServerRemoved = Type.Object(
  { name: Name, file: Type.String({ description: 'The configuration that has it no more.' }) },
  closed,
)
export type ServerRemoved = Static<typeof ServerRemoved>

/** The part of the admin API about MCP servers behind the runtime. */
export const SERVER_ROUTES = {
  listServers: {
    method: 'GET',
    url: '/v1/servers',
    action: { operation: 'admin.servers.list', on: 'server', changes: false, least },
    summary: 'The servers that are declared, and how they are doing.',
    answer: ServerList,
  },
  showServer: {
    method: 'GET',
    url: '/v1/servers/:name',
    action: {
      operation: 'admin.servers.show',
      on: 'server',
      changes: false,
      least,
      named: 'name',
    },
    summary: 'One server in full, with the tools that it listed last.',
    params: ServerPath,
    answer: ServerDetail,
  },
  addServer: {
    method: 'POST',
    url: '/v1/servers',
    action: {
      operation: 'admin.servers.add',
      on: 'server',
      changes: true,
      least,
      named: 'name',
      // What may hold a secret. Whoever approves it approves these very ones.
      digested: ['args', 'env', 'url', 'headers'],
    },
    summary:
      'Writes a server into the configuration, and takes the configuration up as it stands. ' +
      'Over the local socket alone: what it names is started as the user of the runtime.',
    body: NewServer,
    answer: ServerAdded,
  },
  removeServer: {
    method: 'POST',
    url: '/v1/servers/:name/remove',
    action: {
      operation: 'admin.servers.remove',
      on: 'server',
      changes: true,
      least,
      named: 'name',
    },
    summary:
      'Cuts a server out of the configuration, and takes the configuration up as it stands. ' +
      'Over the local socket alone.',
    params: ServerPath,
    answer: ServerRemoved,
  },
} as const
