import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { PortcullisError } from '../kernel/errors.ts'

/**
 * A secret from a file, or one line of standard input; at a terminal it is asked for and not shown.
 * Never from the command line itself: others on the machine can read that.
 */
export async function secretFrom(file: string | undefined, question: string): Promise<string> {
  if (file === undefined) return readLine(question)
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `cannot read \`${file}\``, { cause })
  }
}

function readLine(question: string): Promise<string> {
  const terminal = process.stdin.isTTY === true
  if (terminal) process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal })
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => {
      if (terminal) process.stderr.write('\n')
      resolve('')
    })
  })
}
