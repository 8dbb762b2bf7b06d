import assert from 'node:assert/strict'
import { once } from 'node:events'
import { linkSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { adminDoor, ask } from '../../../test/support/admin-door.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { startAdminServer } from './admin-server.ts'
import { SOCKET_PATH_LIMIT_BYTES } from './admin-socket.ts'

test('nobody but the owner can open the socket, and it goes with the server', async (t) => {
  const { socketPath, server } = await adminDoor(t)
  assert.equal(statSync(socketPath).mode & 0o777, 0o600)
  await server.close()
  assert.deepEqual(readdirSync(join(socketPath, '..')), [])
})

test('the socket of a living runtime is not taken over', async (t) => {
  const { socketPath, served } = await adminDoor(t)
  await assert.rejects(startAdminServer({ ...served, socketPath }), {
    code: 'RUNTIME_ALREADY_RUNNING',
  })
  assert.equal((await ask(socketPath, 'GET /v1/status')).status, 200)
})

test('the socket that a crash left behind is replaced', async (t) => {
  const { socketPath, served, server } = await adminDoor(t)
  await server.close()
  await leaveBehind(socketPath)
  const next = await startAdminServer({ ...served, socketPath })
  t.after(() => next.close())
  assert.equal((await ask(socketPath, 'GET /v1/status')).status, 200)
})

test('something else than a socket, and a path that is too long, are refused', async (t) => {
  const { served } = await adminDoor(t)
  const folder = await scratch(t)
  const file = join(folder, 'admin.sock')
  writeFileSync(file, 'mine')
  const long = join(folder, 'x'.repeat(SOCKET_PATH_LIMIT_BYTES))
  for (const socketPath of [file, long, join(folder, 'none', 'admin.sock')]) {
    await assert.rejects(startAdminServer({ ...served, socketPath }), {
      code: 'ADMIN_SOCKET_UNUSABLE',
    })
  }
  assert.equal(statSync(file).size, 4)
})

/** A socket file that nobody listens on. Node removes its own, so another name is made first. */
async function leaveBehind(path: string): Promise<void> {
  const server: Server = createServer()
  server.listen(`${path}.first`)
  await once(server, 'listening')
  linkSync(`${path}.first`, path)
  server.close()
  await once(server, 'close')
}
