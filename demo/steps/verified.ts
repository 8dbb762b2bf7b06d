import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cast } from '../cast.ts'
import type { Evidence } from '../terminal.ts'

export const title = 'the ledger verifies, and one receipt verifies without us'

export async function play({ stage }: Cast): Promise<Evidence & { ok: boolean }> {
  const head = join(stage.folder, 'remembered.head')
  const report = await stage.operator<{ ok: boolean; receipts: number }>(
    ['ledger', 'fsck', '--remember', head],
    [0, 1],
  )
  const receipt = join(stage.folder, 'receipt.json')
  await stage.operator(['ledger', 'export', '1', '--out', receipt])
  const vkey = join(stage.folder, '.portcullis', 'keys', 'ledger.vkey')
  const offline = await stage.operator<{ ok: boolean }>(['verify', receipt, '--key', vkey], [0, 1])
  const openssl = verifyWithOpenssl(receipt, vkey)
  const go = verifyWithGo(receipt, vkey)
  return {
    ok: report.ok && offline.ok && openssl.ok === true && go.ok !== false,
    size: report.receipts,
    offline: offline.ok,
    openssl: openssl.said,
    go: go.said,
    shown: [
      `portcullis, whole ledger    ${report.ok ? 'holds' : 'FAILS'}: ${report.receipts} receipts`,
      `portcullis, one receipt     ${offline.ok ? 'holds' : 'FAILS'} with only the public key`,
      `openssl and a shell         ${openssl.said}`,
      `Go's sumdb packages         ${go.said}`,
      'Proves: an auditor needs neither our service nor our code.',
    ],
  }
}

interface Verdict {
  /** Absent where the verifier is not on this machine. */
  readonly ok?: boolean
  readonly said: string
}

/** A shell script of some sixty lines: the signature, and the way from the receipt to the root. */
function verifyWithOpenssl(receipt: string, vkey: string): Verdict {
  return verdict('sh', [verifier('openssl-verify.sh'), receipt, vkey])
}

/** Debian's Go and its packaging of `golang.org/x/mod/sumdb`, where they are installed. */
function verifyWithGo(receipt: string, vkey: string): Verdict {
  const packaged = existsSync('/usr/share/gocode/src/golang.org/x/mod/sumdb')
  if (!packaged) return { said: 'not checked: `golang.org/x/mod` is not on this machine' }
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  return verdict('go', ['run', verifier('go-verify/main.go'), receipt, vkey], env)
}

function verifier(name: string): string {
  return fileURLToPath(new URL(`../../test/conformance/${name}`, import.meta.url))
}

function verdict(command: string, args: readonly string[], env = process.env): Verdict {
  try {
    const said = execFileSync(command, args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { ok: true, said: said.trim().replaceAll('\n', '; ') }
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string }
    if (code === 'ENOENT') return { said: `not checked: no \`${command}\` on this machine` }
    return { ok: false, said: `FAILS: ${stderr?.trim()}` }
  }
}
