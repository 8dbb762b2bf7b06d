import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const LAUNCHER = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))

/** The shell blocks of a guide page, in their order. */
export function shellBlocks(page: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/guide/${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/```sh\n([\s\S]*?)```/gu)].map(([, block = '']) => block)
}

/** Runs lines as a reader of the guide would, in a folder; rejects where one of them fails. */
export async function runShell(lines: string, cwd: string): Promise<string> {
  const script = `portcullis() { "${process.execPath}" "${LAUNCHER}" "$@"; }\n${lines}`
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const options = { cwd, env: { PATH, HOME, NODE_COMPILE_CACHE } }
  return (await promisify(execFile)('bash', ['--norc', '-ec', script], options)).stdout
}
