/** What a server of standard streams may speak; `auto` finds out. */
export const STDIO_PROTOCOLS = ['auto', '2026-07-28', 'legacy'] as const
/** What a server of HTTP may speak: also the transport of 2024-11-05. */
export const HTTP_PROTOCOLS = [...STDIO_PROTOCOLS, 'sse'] as const

export type StdioProtocol = (typeof STDIO_PROTOCOLS)[number]
export type HttpProtocol = (typeof HTTP_PROTOCOLS)[number]
