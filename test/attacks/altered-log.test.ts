/** A log that its operator rewrote, in a directory and behind an address. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type VerifyOptions, verifyTarget } from '../../src/app/verify/verify-target.ts'
import { LOG_FAULTS } from '../../src/kernel/tlog/log-faults.ts'
import { logOf, SAMPLE_ORIGIN, SAMPLE_VKEY, sampleLog } from '../support/sample-log.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { type TileFiles, tileFiles, writeTiles } from '../support/sample-tiles.ts'
import { scratch } from '../support/scratch.ts'

const LOG = sampleLog(Array.from({ length: 520 }, (_, at) => refusalDraft(`r${at}`)))
const OTHER = sampleLog(Array.from({ length: 520 }, (_, at) => refusalDraft(`s${at}`)))

/** The files of the first so many leaves. */
function filesOf(size: number, leaves: readonly string[] = LOG.leaves): TileFiles {
  const part = leaves.slice(0, size)
  return tileFiles(part, logOf(part).checkpoint)
}

/** A log behind an address; what it serves can be exchanged. */
async function serve(t: TestContext, files: TileFiles) {
  const served = { files, asked: 0 }
  const server = createServer(({ url = '' }, response) => {
    served.asked += 1
    const bytes = served.files.get(url.replace('/log/', ''))
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { served, address: `http://127.0.0.1:${port}/log` }
}

type Place = (
  t: TestContext,
  files: TileFiles,
) => Promise<{
  readonly target: string
  exchange(files: TileFiles): void
}>

const PLACES: Readonly<Record<string, Place>> = {
  'a directory': async (t, files) => {
    const target = join(await scratch(t), 'log')
    writeTiles(target, files)
    const exchange = (others: TileFiles) => {
      rmSync(target, { recursive: true })
      writeTiles(target, others)
    }
    return { target, exchange }
  },
  'an address': async (t, files) => {
    const { served, address } = await serve(t, files)
    const exchange = (others: TileFiles) => {
      served.files = others
    }
    return { target: address, exchange }
  },
}

async function options(t: TestContext): Promise<VerifyOptions & { remember: string }> {
  const directory = await scratch(t)
  writeFileSync(join(directory, 'ledger.vkey'), `${SAMPLE_VKEY}\n`)
  return { key: join(directory, 'ledger.vkey'), remember: join(directory, 'heads') }
}

async function verify(target: string, asked: VerifyOptions) {
  const verdict = await verifyTarget(target, asked)
  assert.equal(verdict.kind, 'log')
  assert.ok(verdict.kind === 'log')
  const codes = verdict.problems.map(({ code, place }) => `${code} at ${place}`)
  return { ...verdict, codes }
}

function without(files: TileFiles, path: string): TileFiles {
  assert.ok(files.has(path))
  return new Map([...files].filter(([name]) => name !== path))
}

function exchanged(files: TileFiles, a: string, b: string): TileFiles {
  const [one, other] = [files.get(a), files.get(b)]
  assert.ok(one && other)
  return new Map([...files, [a, other], [b, one]])
}

const WHOLE = filesOf(520)
const cut = (path: string) =>
  new Map([...WHOLE, [path, (WHOLE.get(path) ?? Buffer.of()).slice(0, -32)]])
const foreign = (path: string) => {
  const bytes = filesOf(520, OTHER.leaves).get(path)
  assert.ok(bytes)
  return new Map([...WHOLE, [path, bytes]])
}

/** What is done to a log of 520 entries, and what is found. */
const ALTERED: Readonly<Record<string, readonly [files: TileFiles, codes: readonly RegExp[]]>> = {
  'a bundle removed': [
    without(WHOLE, 'tile/entries/001'),
    [/^LOG_ENTRIES_MISSING at tile\/entries\/001$/],
  ],
  'a tile removed': [without(WHOLE, 'tile/0/001'), [/^LOG_TILE_MISSING at tile\/0\/001$/]],
  'a tile above removed': [
    without(WHOLE, 'tile/1/000.p/2'),
    [/^LOG_TILE_MISSING at tile\/1\/000\.p\/2$/],
  ],
  'the checkpoint removed': [without(WHOLE, 'checkpoint'), [/^CHECKPOINT_INVALID at checkpoint$/]],
  'two bundles exchanged': [
    exchanged(WHOLE, 'tile/entries/000', 'tile/entries/001'),
    [/^LOG_ENTRY_INVALID at tile\/entries\/000$/],
  ],
  'two tiles exchanged': [
    exchanged(WHOLE, 'tile/0/000', 'tile/0/001'),
    [/^LOG_TILE_ALTERED at tile\/0\/000$/],
  ],
  'a bundle cut': [cut('tile/entries/002.p/8'), [/^LOG_ENTRIES_MISSING at tile\/entries\/002/]],
  'a tile cut': [cut('tile/0/002.p/8'), [/^LOG_TILE_MISSING at tile\/0\/002\.p\/8$/]],
  'a bundle of another history': [
    foreign('tile/entries/001'),
    [/^LOG_ENTRY_ALTERED at tile\/entries\/001$/],
  ],
  'bundle and tile of another history': [
    new Map([
      ...foreign('tile/entries/001'),
      ...[...foreign('tile/0/001')].filter(([path]) => path === 'tile/0/001'),
    ]),
    [/^LOG_TILE_ALTERED at tile\/1\/000/, /^LOG_ROOT_DIFFERS at checkpoint$/],
  ],
}

for (const [where, place] of Object.entries(PLACES)) {
  test(`a log in ${where} is hashed whole once, and then from what is remembered`, async (t) => {
    const asked = await options(t)
    const { target, exchange } = await place(t, filesOf(300))
    const first = await verify(target, asked)
    assert.deepEqual([first.codes, first.hashed, first.remembered], [[], 300, false])
    exchange(WHOLE)
    const second = await verify(target, asked)
    assert.deepEqual([second.codes, second.hashed, second.remembered], [[], 220, true])
    assert.match(readFileSync(asked.remember, 'utf8'), new RegExp(`^${SAMPLE_ORIGIN}\n520\n`))
    assert.ok(!existsSync(`${asked.remember}.part`))
  })

  for (const [what, [files, codes]] of Object.entries(ALTERED)) {
    test(`a log in ${where} is refused with ${what}`, async (t) => {
      const { target } = await place(t, files)
      const asked = await options(t)
      const found = await verify(target, asked)
      assert.equal(found.ok, false)
      for (const code of codes)
        assert.ok(
          found.codes.some((one) => code.test(one)),
          `${found.codes}`,
        )
      assert.ok(!existsSync(asked.remember), 'a head that does not hold is not kept')
    })
  }

  test(`a log in ${where} that was rolled back is refused, and the memory kept`, async (t) => {
    const asked = await options(t)
    const { target, exchange } = await place(t, filesOf(300))
    await verify(target, asked)
    exchange(filesOf(299))
    assert.deepEqual((await verify(target, asked)).codes, ['LOG_ROLLED_BACK at checkpoint'])
    assert.match(readFileSync(asked.remember, 'utf8'), /\n300\n/)
  })

  test(`a log in ${where} that was forked is refused, at the same size and later`, async (t) => {
    const asked = await options(t)
    const { target, exchange } = await place(t, filesOf(300))
    await verify(target, asked)
    for (const size of [300, 301, 520]) {
      exchange(filesOf(size, OTHER.leaves))
      const { codes } = await verify(target, asked)
      assert.deepEqual(codes, ['LOG_FORKED at checkpoint'], `${size}`)
    }
  })

  test(`one receipt is found in a log in ${where}, and missed in another history`, async (t) => {
    const { remember, ...asked } = await options(t)
    const file = `${remember}.json`
    writeFileSync(file, logOf(LOG.leaves.slice(0, 20)).portable(7))
    const { target, exchange } = await place(t, WHOLE)
    const found = await verify(target, { ...asked, receipt: file })
    assert.deepEqual([found.codes, found.receipt?.receipt.seq], [[], 7])
    exchange(filesOf(520, OTHER.leaves))
    assert.deepEqual((await verify(target, { ...asked, receipt: file })).codes, [
      `LOG_FORKED at ${file}`,
    ])
    exchange(filesOf(5))
    assert.deepEqual((await verify(target, { ...asked, receipt: file })).codes, [
      `LOG_ROLLED_BACK at ${file}`,
    ])
  })
}

test('entries that retention took out may be gone, and no others', async (t) => {
  const asked = await options(t)
  const target = join(await scratch(t), 'log')
  writeTiles(target, without(WHOLE, 'tile/entries/000'))
  assert.equal((await verify(target, { ...asked, prunedBelow: 256 })).ok, true)
  rmSync(asked.remember)
  assert.equal((await verify(target, { ...asked, prunedBelow: 255 })).ok, false)
})

test('a damaged memory is not taken for none', async (t) => {
  const asked = await options(t)
  const { address } = await serve(t, WHOLE)
  writeFileSync(asked.remember, 'nothing\n')
  await assert.rejects(verify(address, asked), { code: 'MEMORY_INVALID' })
})

test('a run that was cut off goes on where it was', async (t) => {
  const asked = await options(t)
  const { address } = await serve(t, WHOLE)
  const { TiledTree } = await import('../../src/kernel/tlog/tiled-tree.ts')
  const { leafHash } = await import('../../src/kernel/tlog/hash.ts')
  const tree = new TiledTree()
  for (const leaf of LOG.leaves.slice(0, 400)) tree.append(leafHash(Buffer.from(leaf)))
  const loose = tree
    .loose()
    .map((level) => level.map((hash) => Buffer.from(hash).toString('base64')))
  const part = { origin: SAMPLE_ORIGIN, size: 400, loose }
  writeFileSync(`${asked.remember}.part`, JSON.stringify(part))
  const found = await verify(address, asked)
  assert.deepEqual([found.codes, found.hashed], [[], 120])
})

test('an address where nobody answers is a mistake in the call', async (t) => {
  const { key } = await options(t)
  await assert.rejects(verifyTarget('http://127.0.0.1:1/log', { ...(key && { key }) }), {
    code: 'LOG_UNREACHABLE',
  })
})

test('the guide explains every fault of a log', () => {
  const guide = readFileSync(new URL('../../docs/guide/verify.md', import.meta.url), 'utf8')
  for (const [code, meaning] of Object.entries(LOG_FAULTS)) {
    assert.ok(guide.includes(`| \`${code}\` | ${meaning} |`), code)
  }
})
