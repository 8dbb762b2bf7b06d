/** Refusals at a door, before a request has become an action. Part of `ERRORS`. */
export const DOOR_ERRORS = {
  HOST_REFUSED: {
    http: 403,
    agent: 'This address is not served here.',
    remedy: 'a loopback name and the right port, or add the name to `listen.mcp.allowed_hosts`',
  },
  ORIGIN_REFUSED: {
    http: 403,
    agent: 'This origin is not served here.',
    remedy: 'a web page sent this: if it may, add its origin to `listen.mcp.allowed_origins`',
  },
  INTROSPECTION_UNAUTHORIZED: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy: 'the server must present its own `introspection_secret` of `portcullis.toml`',
  },
  SESSION_MISSING: {
    http: 400,
    agent: 'The request names no session.',
    remedy: 'begin with `initialize`, then send its `Mcp-Session-Id` with every request',
  },
  SESSION_UNKNOWN: {
    http: 404,
    agent: 'The session is not known.',
    remedy: 'begin again with `initialize`: the session ended, or it is another agent’s',
  },
  SESSION_LIMIT: {
    http: 503,
    agent: 'The runtime cannot open another session at the moment.',
    remedy: 'all agents together hold as many sessions as the runtime keeps',
  },
  CONNECTION_LIMIT: {
    http: 503,
    agent: 'The runtime takes no more connections at the moment.',
    remedy: 'as many connections are open as may be: see whose they are',
  },
  REQUEST_MALFORMED_HTTP: {
    http: 400,
    agent: 'The request is not well-formed HTTP.',
    remedy: 'the client or something before it breaks HTTP/1.1; nothing was read from the request',
  },
  REQUEST_ROUTE_UNKNOWN: {
    http: 404,
    agent: 'There is nothing at this address.',
    remedy: 'agents use `/mcp` with POST, GET or DELETE',
  },
  REQUEST_TIMEOUT: {
    http: 408,
    agent: 'The request did not arrive in time.',
    remedy: 'the client sent its request too slowly, or is holding connections open on purpose',
  },
  REQUEST_INCOMPLETE: {
    http: 400,
    agent: 'The request broke off.',
    remedy: 'the client closed the connection before its request was complete',
  },
  REQUEST_TOO_LARGE: {
    http: 413,
    agent: 'The request is too large.',
    remedy: 'the body or the headers exceed the limit of the listener',
  },
  REQUEST_BUSY: {
    http: 429,
    agent: 'Too many requests of this agent are under way.',
    remedy: 'the agent must wait for answers before it asks for more',
  },
  REQUEST_CONTENT_TYPE: {
    http: 415,
    agent: 'The body must be of the content type `application/json`.',
    remedy: 'the client sends another content type, or none',
  },
  REQUEST_NOT_ACCEPTABLE: {
    http: 406,
    agent: 'The answer can only be given in a type that is not accepted.',
    remedy: 'accept `application/json` and `text/event-stream`',
  },
  REQUEST_INVALID_UTF8: {
    http: 400,
    agent: 'The body is not UTF-8.',
    remedy: 'the body holds bytes that are not UTF-8',
  },
  REQUEST_MALFORMED_JSON: {
    http: 400,
    agent: 'The body is not JSON.',
    remedy: 'the body is cut, or was never JSON (RFC 8259); a byte order mark is refused too',
  },
  REQUEST_DUPLICATE_KEY: {
    http: 400,
    agent: 'An object in the body names a member twice.',
    remedy: 'two readers would see two requests: one that is judged, and another that is done',
  },
  REQUEST_TOO_DEEP: {
    http: 400,
    agent: 'The body is nested too deeply.',
    remedy: 'the client nests arrays or objects deeper than a request may',
  },
  REQUEST_UNSAFE_JSON: {
    http: 400,
    agent: 'The body holds a value that cannot be passed on unchanged.',
    remedy: 'no member `__proto__`, no half surrogate pair, no number beyond a double',
  },
  REQUEST_BATCH: {
    http: 400,
    agent: 'A request must be a single message.',
    remedy: 'send each message by itself: JSON-RPC batches are not served',
  },
  REQUEST_INVALID: {
    http: 400,
    agent: 'The request is not valid.',
    remedy: 'the message or its parameters do not have the shape that the protocol gives them',
  },
  REQUEST_HEADER_MISMATCH: {
    http: 400,
    agent: 'A header of the request contradicts its body or its session.',
    remedy: 'something between client and runtime judged by headers that differ from the body',
  },
  REQUEST_VERSION_UNSUPPORTED: {
    http: 400,
    agent: 'This version of the protocol is not served.',
    remedy: 'the answer names the versions that are',
  },
  REQUEST_METHOD_UNKNOWN: {
    http: 404,
    agent: 'This method is not served.',
    remedy: 'the agent asked for a method of the protocol that the runtime does not offer',
  },
} as const
