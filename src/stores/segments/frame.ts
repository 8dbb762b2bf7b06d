/**
 * The frames that segment files are made of:
 *
 *     length   u32, big endian   bytes of kind and body; 0 where nothing was written yet
 *     log      u32, big endian   number of the log that the frame is about, 0 for the node log
 *     kind     u8
 *     body     bytes
 *
 * Kind and body of a leaf are together what RFC 6962 hashes, so one buffer is hashed and written.
 */
export const FRAME_KINDS = {
  /** Body: a leaf, as it stands in the log. */
  leaf: 0x00,
  /** Body: canonical JSON that says which log has this number. */
  log: 0x02,
  /** Body: a checkpoint of the log, a signed note. */
  checkpoint: 0x03,
  /** Body: canonical JSON, all that is needed to go on from here without what came before. */
  snapshot: 0x04,
  /** Body: a checkpoint that is in the file already, with more signatures. */
  cosigned: 0x05,
  /** Body: the hash of a leaf that was taken out when its time was over. */
  pruned: 0x06,
} as const

export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS]

/** Bytes before the kind. */
export const FRAME_HEAD_BYTES = 8

/** Longest kind and body. Leaves are far shorter; a snapshot grows with the number of logs. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024

export interface Frame {
  readonly log: number
  readonly kind: FrameKind
  /** Kind and body, which for a leaf is what is hashed. A view that holds until the next frame. */
  readonly hashed: Uint8Array
  readonly body: Uint8Array
}

/** Bytes that a frame with this body takes up. */
export function frameBytes(bodyBytes: number): number {
  return FRAME_HEAD_BYTES + 1 + bodyBytes
}

/** Writes a frame at `offset` and returns the offset behind it. */
export function writeFrame(
  target: Buffer,
  offset: number,
  { log, kind, body }: Omit<Frame, 'hashed'>,
): number {
  target.writeUInt32BE(1 + body.length, offset)
  target.writeUInt32BE(log, offset + 4)
  target[offset + FRAME_HEAD_BYTES] = kind
  target.set(body, offset + FRAME_HEAD_BYTES + 1)
  return offset + frameBytes(body.length)
}

/** Writes a frame with a text for its body, and returns the offset behind it. */
export function writeTextFrame(
  target: Buffer,
  offset: number,
  { log, kind, text }: { readonly log: number; readonly kind: FrameKind; readonly text: string },
): number {
  const start = offset + FRAME_HEAD_BYTES
  const length = 1 + target.write(text, start + 1, 'utf8')
  target.writeUInt32BE(length, offset)
  target.writeUInt32BE(log, offset + 4)
  target[start] = kind
  return start + length
}

/**
 * What stands at `offset`: a frame; `end` where nothing was written; `short` where a frame goes on
 * behind these bytes; `malformed` where no frame begins like this.
 */
export function readFrame(bytes: Buffer, offset: number): Frame | 'end' | 'short' | 'malformed' {
  if (offset + 4 > bytes.length) return 'short'
  const length = bytes.readUInt32BE(offset)
  if (length === 0) return 'end'
  if (length > MAX_FRAME_BYTES) return 'malformed'
  const start = offset + FRAME_HEAD_BYTES
  if (start + length > bytes.length) return 'short'
  const kind = bytes[start]
  if (!isKind(kind)) return 'malformed'
  const log = bytes.readUInt32BE(offset + 4)
  const end = start + length
  return { log, kind, hashed: bytes.subarray(start, end), body: bytes.subarray(start + 1, end) }
}

const KINDS: ReadonlySet<number | undefined> = new Set(Object.values(FRAME_KINDS))

function isKind(kind: number | undefined): kind is FrameKind {
  return KINDS.has(kind)
}
