import { type TObject, type TProperties, Type } from 'typebox'

/** Of `portcullis.toml`: where operators connect, beside the local socket. Like that for agents. */
export function adminListener<Properties extends TProperties>(agents: TObject<Properties>) {
  const { properties } = agents
  return Type.Optional(
    Type.Object(
      {
        ...properties,
        host: Type.String({
          description: 'Address to listen on. Beyond loopback it needs `[listen.admin.tls]`.',
          default: '127.0.0.1',
          pattern: '^[0-9A-Za-z][0-9A-Za-z._-]*$|^[0-9A-Fa-f:.]+$',
          expected: 'an address or a host name',
        }),
        port: Type.Integer({
          description: 'Port to listen on; 0 takes a free one.',
          default: 7071,
          minimum: 0,
          maximum: 65_535,
        }),
      },
      {
        description: 'Where people and programs administer; without it the local socket alone.',
        additionalProperties: false,
      },
    ),
  )
}
