import { PortcullisError } from '../../kernel/errors.ts'
import type { BundleContent } from '../../kernel/receipt/bundle.ts'

const BLOCK = 512
const FILE = 0x30

/** Longest name of a file in the header (POSIX.1-2017, pax, ustar interchange format). */
const MAX_NAME = 100

/** The files as one ustar archive: each owned by nobody, of no time, readable by its owner. */
export function formatTar(files: BundleContent): Buffer {
  const parts = Array.from(files, ([name, content]) => [
    header(name, content.length),
    Buffer.from(content),
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ])
  return Buffer.concat([...parts.flat(), Buffer.alloc(2 * BLOCK)])
}

/** Reads what `formatTar` wrote. @throws PortcullisError `BUNDLE_INVALID` for anything else. */
export function parseTar(archive: Buffer): BundleContent {
  const files = new Map<string, Uint8Array>()
  let at = 0
  while (at + BLOCK <= archive.length && archive[at] !== 0) {
    const { name, size } = readHeader(archive.subarray(at, at + BLOCK))
    const end = at + BLOCK + size
    if (end > archive.length || files.has(name)) throw invalid()
    files.set(name, archive.subarray(at + BLOCK, end))
    at = Math.ceil(end / BLOCK) * BLOCK
  }
  // All that was read makes up all that is there.
  if (formatTar(files).equals(archive)) return files
  throw invalid()
}

function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) >= MAX_NAME) throw new TypeError(`a name too long: ${name}`)
  const block = Buffer.alloc(BLOCK)
  block.write(name)
  block.write('0000600\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${octal(size)} `, 124)
  block.write(`${octal(0)} `, 136)
  // The sum is taken with spaces in its own place.
  block.write('        ', 148)
  block[156] = FILE
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function octal(value: number): string {
  return value.toString(8).padStart(11, '0')
}

function readHeader(block: Buffer): { readonly name: string; readonly size: number } {
  const name = block.toString('utf8', 0, block.indexOf(0))
  const size = Number.parseInt(block.toString('latin1', 124, 135), 8)
  const isWhole = Number.isSafeInteger(size) && size >= 0 && Buffer.byteLength(name) < MAX_NAME
  if (isWhole && header(name, size).equals(block)) return { name, size }
  throw invalid()
}

function invalid(): PortcullisError {
  return new PortcullisError('BUNDLE_INVALID', 'the bundle is no archive as it was made')
}
