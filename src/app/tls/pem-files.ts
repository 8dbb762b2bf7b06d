import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { createSecureContext } from 'node:tls'
import { PortcullisError } from '../../kernel/errors.ts'
import { Changing, type Live } from './live.ts'

/** How long a folder must be quiet before its files are read again, in milliseconds. */
export const REREAD_QUIET_MS = 150
/** How often files are read again where nobody told of a change, in milliseconds. */
export const REREAD_EVERY_MS = 60_000

/** A certificate chain and its key, PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** Files that are followed. */
export interface Followed<T> extends Live<T> {
  close(): void
}

export interface FollowOptions {
  /** The new content is in force. */
  readonly taken: (file: string) => void
  /** The files changed to something that cannot be used: what was read before stays in force. */
  readonly refused: (file: string, why: string) => void
}

/**
 * A certificate and its key, read again when one of the files changes. Only a pair that fits is
 * ever in force: between the two writes of a renewal the old one stays.
 * @throws PortcullisError `CERTIFICATE_UNUSABLE` when the first reading yields none.
 */
export function followPair(
  files: { readonly cert: string; readonly key: string },
  options: FollowOptions,
): Followed<KeyPair> {
  const read = () => readPair(files)
  return follow([files.cert, files.key], read, options)
}

/**
 * The certificates of authorities, one or more in a file, read again when it changes.
 * @throws PortcullisError `CERTIFICATE_UNUSABLE`.
 */
export function followAuthorities(
  file: string,
  options: FollowOptions,
): Followed<readonly string[]> {
  return follow([file], () => certificatesIn(readText(file), file), options)
}

function follow<T>(
  files: readonly string[],
  read: () => T,
  { taken, refused }: FollowOptions,
): Followed<T> {
  const [first = ''] = files
  const value = new Changing(read())
  let told = ''
  const reread = () => {
    try {
      const next = read()
      told = ''
      if (JSON.stringify(next) === JSON.stringify(value.current())) return
      value.set(next)
      taken(first)
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it cannot be read'
      // A fault is told once, however often it is met.
      if (why !== told) refused(first, why)
      told = why
    }
  }
  const folders = new Set(files.map((file) => dirname(file)))
  const stops = [...folders].map((folder) => watchFolder(folder, reread))
  const timer = setInterval(reread, REREAD_EVERY_MS).unref()
  return {
    current: () => value.current(),
    onChange: (listener) => value.onChange(listener),
    close() {
      clearInterval(timer)
      for (const stop of stops) stop()
    },
  }
}

/** Told of by the folder: a file that is replaced is another file. */
function watchFolder(folder: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  // Whatever its name: what mounts secrets exchanges a link beside the files.
  const watcher = watch(folder, () => {
    clearTimeout(timer)
    timer = setTimeout(changed, REREAD_QUIET_MS)
  })
  watcher.unref()
  // A folder that cannot be watched any more is still read on the clock.
  watcher.on('error', () => watcher.close())
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}

function readPair({ cert, key }: KeyPair): KeyPair {
  const pair = { cert: readText(cert), key: readText(key) }
  const [leaf = ''] = certificatesIn(pair.cert, cert)
  try {
    if (!new X509Certificate(leaf).checkPrivateKey(createPrivateKey(pair.key))) {
      throw new Error('they are not of each other')
    }
    createSecureContext(pair)
    return pair
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown'
    throw unusable(`\`${cert}\` and \`${key}\` are no pair: ${why}`, cause)
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function certificatesIn(text: string, file: string): readonly string[] {
  const certificates = text.match(CERTIFICATE) ?? []
  try {
    for (const certificate of certificates) new X509Certificate(certificate)
  } catch (cause) {
    throw unusable(`\`${file}\` holds a certificate that cannot be read`, cause)
  }
  if (certificates.length > 0) return certificates
  throw unusable(`\`${file}\` holds no certificate in PEM`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unusable(`\`${file}\` cannot be read`, cause)
  }
}

function unusable(message: string, cause?: unknown): PortcullisError {
  return new PortcullisError('CERTIFICATE_UNUSABLE', message, { cause })
}
