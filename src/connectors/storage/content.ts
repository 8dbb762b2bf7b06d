import type { StorageWrite } from '../../kernel/storage/storage-action.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function bytesOf({
  content,
  encoding,
}: Pick<StorageWrite, 'content' | 'encoding'>): Uint8Array {
  return Buffer.from(content, encoding)
}

/** As text where it is one, so that what policies take out of texts is taken out of it. */
export function contentOf(bytes: Uint8Array): Pick<StorageWrite, 'content' | 'encoding'> {
  try {
    return { encoding: 'utf8', content: UTF8.decode(bytes) }
  } catch {
    // Not valid UTF-8, so no text.
    return { encoding: 'base64', content: Buffer.from(bytes).toString('base64') }
  }
}
