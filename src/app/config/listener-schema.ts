import { Type } from 'typebox'
import { ListenerTlsSchema } from './tls-schema.ts'

/** Of `portcullis.toml`: where the runtime listens. */
export const McpListener = Type.Object(
  {
    host: Type.String({
      description: 'Address to listen on. Beyond loopback it needs `[listen.mcp.tls]`.',
      default: '127.0.0.1',
      pattern: '^[0-9A-Za-z][0-9A-Za-z._-]*$|^[0-9A-Fa-f:.]+$',
      expected: 'an address or a host name',
    }),
    port: Type.Integer({
      description: 'Port to listen on; 0 takes a free one.',
      default: 7070,
      minimum: 0,
      maximum: 65_535,
    }),
    allowed_hosts: Type.Array(
      Type.String({
        pattern: '^(?:\\[[0-9A-Fa-f:.]+\\]|[0-9A-Za-z._-]+)(?::[0-9]{1,5})?$',
        expected: 'a host such as `gate.example.com` or `gate.example.com:7070`',
      }),
      { description: 'Values of `Host` to answer to, beside the loopback names.', default: [] },
    ),
    allowed_origins: Type.Array(
      Type.String({
        pattern: '^[a-z][a-z0-9+.-]*://[^/\\s?#]+$',
        expected: 'an origin such as `https://console.example.com`',
      }),
      { description: 'Values of `Origin` to answer to: web pages that may call.', default: [] },
    ),
    tls: Type.Optional(ListenerTlsSchema),
  },
  { description: 'Where agents connect.', additionalProperties: false },
)

/** Where operators connect, beside the local socket: like that for agents, but for its port. */
export const AdminListener = Type.Optional(
  Type.Object(
    {
      ...McpListener.properties,
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
