import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What came back over a socket, byte for byte, until it was closed. */
export interface RawReply {
  readonly status: number
  readonly text: string
  /** The JSON body of the last response, or `undefined`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look deep into answers
  readonly body: any
}

/** A socket whose errors are part of the test: a peer that is cut off sees a reset. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Sends the pieces as they are and reads until the other side closes. */
export async function exchange(
  port: number,
  ...pieces: readonly (string | Uint8Array)[]
): Promise<RawReply> {
  const socket = await openSocket(port)
  const reply = readToClose(socket)
  for (const piece of pieces) socket.write(piece)
  return reply
}

/** A server that stops reading resets the connection behind its reply: the reply counts. */
export async function readToClose(socket: Socket): Promise<RawReply> {
  const chunks: Buffer[] = []
  let fault: Error | undefined
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', (error) => {
    fault = error
  })
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  if (fault !== undefined && chunks.length === 0) throw fault
  const text = Buffer.concat(chunks).toString('latin1')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
  const json = text.slice(text.indexOf('\r\n\r\n') + 4)
  return { status, text, body: json.startsWith('{') ? JSON.parse(json) : undefined }
}

/** The head of a POST to `/mcp` after which the server closes the connection. */
export function postHead(port: number, headers: Readonly<Record<string, string>>): string {
  const all = {
    host: `127.0.0.1:${port}`,
    connection: 'close',
    'content-type': 'application/json',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /mcp HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** Posts a body byte for byte. */
export function rawPost(
  port: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): Promise<RawReply> {
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  return exchange(port, postHead(port, { ...length, ...headers }), body)
}
