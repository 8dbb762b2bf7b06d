import { spawn } from 'node:child_process'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/**
 * An agent as it is launched: `node launched-agent.ts FILE DEED`. What came of it stands in FILE,
 * whole as soon as it is there.
 */
const [, script = '', file = '', deed = ''] = process.argv
const url = process.env.PORTCULLIS_MCP_URL ?? ''

function write(result: unknown): void {
  writeFileSync(`${file}.draft`, JSON.stringify(result))
  renameSync(`${file}.draft`, file)
}

async function call(): Promise<void> {
  try {
    const client = new Client({ name: 'launched', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    const { tools } = await client.listTools()
    const name = 'desk.echo'
    const result = await client.callTool({ name, arguments: { message: 'hello' } })
    write({ tools: tools.map((tool) => tool.name), result })
    await client.close()
  } catch (error) {
    write({ error: String(error) })
  }
}

const DEEDS: Readonly<Record<string, () => void>> = {
  call: () => void call(),
  /** A child of the agent is as good as the agent. */
  delegate: () => void spawn(process.execPath, [script, file, 'call'], { stdio: 'inherit' }),
  /** Asks at each signal, and runs until it is ended. */
  stay() {
    setInterval(() => undefined, 1_000)
    process.on('SIGUSR2', async () => {
      const answer = await fetch(url, { method: 'POST', body: '{}' })
      write({ status: answer.status, body: await answer.json() })
    })
    write({ url, pid: process.pid })
  },
  /** Has become other code since it was measured. */
  change() {
    appendFileSync(script, '\n// changed')
    void call()
  },
}
DEEDS[deed]?.()
