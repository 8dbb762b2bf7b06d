import { once } from 'node:events'
import { lstat, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { PortcullisError } from '../../kernel/errors.ts'

/** Bytes of the path of a socket: what the smallest of the systems (macOS) takes. */
export const SOCKET_PATH_LIMIT_BYTES = 103

const OWNER_ONLY = 0o177

/**
 * Listens on a socket that only its owner can open. A socket that a crash left behind is replaced.
 * @throws PortcullisError `RUNTIME_ALREADY_RUNNING` where somebody answers on it,
 * `ADMIN_SOCKET_UNUSABLE` for a path that is too long or something else than a socket.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT_BYTES) {
    throw unusable(`\`${path}\` is longer than ${SOCKET_PATH_LIMIT_BYTES} bytes`)
  }
  await removeLeftover(path)
  const listening = once(server, 'listening')
  // The socket is made within the call to `listen`. With `chmod` after it, there would be a moment
  // in which others can connect.
  const before = process.umask(OWNER_ONLY)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  try {
    await listening
  } catch (cause) {
    throw unusable(`cannot listen on \`${path}\``, cause)
  }
}

async function removeLeftover(path: string): Promise<void> {
  const found = await lstat(path).catch(unlessAbsent)
  if (found === undefined) return
  if (!found.isSocket()) throw unusable(`\`${path}\` is not a socket`)
  if (await isAnswered(path)) {
    throw new PortcullisError('RUNTIME_ALREADY_RUNNING', `a runtime answers on \`${path}\``)
  }
  await unlink(path).catch(unlessAbsent)
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (cause) {
    if (codeOfSystem(cause) === 'ECONNREFUSED') return false
    throw unusable(`cannot tell who listens on \`${path}\``, cause)
  } finally {
    socket.destroy()
  }
}

function unlessAbsent(error: unknown): undefined {
  if (codeOfSystem(error) !== 'ENOENT') throw error
}

function codeOfSystem(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function unusable(message: string, cause?: unknown): PortcullisError {
  return new PortcullisError('ADMIN_SOCKET_UNUSABLE', message, { cause })
}
