import { dirname } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { DISK, type Files } from './files.ts'
import { FRAME_KINDS, type Frame, frameBytes, writeFrame } from './frame.ts'
import type { PlannedSegment, PruningPlan } from './plan-pruning.ts'
import { Replay, seqOf } from './replay.ts'
import { framesOfSegment, segmentFile } from './segment-files.ts'
import { type LedgerSigners, NoteSigner } from './signers.ts'
import { formatSnapshot, readSnapshot, type Snapshot, stateOf } from './snapshot.ts'

/** Bytes that are written at a time: between two of them others have their turn. */
const CHUNK_BYTES = 1024 * 1024

export interface PruneOptions {
  readonly directory: string
  /** By default the disk of the machine. */
  readonly files?: Files
  /** Seals the snapshots that change. */
  readonly signers: LedgerSigners
}

/**
 * Takes the bodies of leaves out of segments: each is written anew beside the old one, with the
 * hash of a leaf in place of its body, and put in its place in one step. A crash leaves the old
 * file or the new; both have the same trees. What is written is followed against the signed heads
 * in the segment before it takes the place of anything: damage is never made to last.
 * @throws PortcullisError `LEDGER_CORRUPT` where a segment does not hold together.
 */
export async function pruneLedger(plan: PruningPlan, options: PruneOptions): Promise<void> {
  const minimums = new Map(plan.logs.map(({ log, to }) => [log, to]))
  const signer = new NoteSigner(options.signers)
  for (const planned of plan.segments)
    await rewrite(planned, { files: DISK, ...options, minimums, signer })
}

interface Rewriting extends Required<PruneOptions> {
  /** By log, the first leaf that keeps its body. */
  readonly minimums: ReadonlyMap<number, number>
  readonly signer: NoteSigner
}

async function rewrite(planned: PlannedSegment, rewriting: Rewriting): Promise<void> {
  const { directory, files } = rewriting
  const target = segmentFile(directory, planned.segment)
  const draft = `${target}.new`
  files.remove(draft)
  const file = files.open(draft, 'create')
  try {
    await write(file, planned, rewriting)
    files.fdatasync(file)
  } finally {
    files.close(file)
  }
  files.rename(draft, target)
  files.syncDirectory(dirname(target))
}

async function write(file: number, planned: PlannedSegment, rewriting: Rewriting): Promise<void> {
  const { files } = rewriting
  let at = 0
  let parts: Buffer[] = []
  let gathered = 0
  const flush = () => {
    const bytes = Buffer.concat(parts)
    const written = files.write(file, bytes, at)
    if (written !== bytes.length) {
      throw new PortcullisError('LEDGER_FULL', `only ${written} bytes could be written`)
    }
    at += bytes.length
    parts = []
    gathered = 0
  }
  for (const frame of prunedFrames(planned, rewriting)) {
    const bytes = Buffer.alloc(frameBytes(frame.body.length))
    writeFrame(bytes, 0, frame)
    parts.push(bytes)
    gathered += bytes.length
    if (gathered < CHUNK_BYTES) continue
    flush()
    await new Promise(setImmediate)
  }
  flush()
}

/** The frames of a segment as they will be, followed as recovery follows them. */
function* prunedFrames(
  { segment, logs }: PlannedSegment,
  rewriting: Rewriting,
): Generator<Omit<Frame, 'hashed'>> {
  let replay: Replay | undefined
  let whole = false
  for (const found of framesOfSegment(rewriting.directory, { segment, offset: 0 })) {
    if ('bad' in found) throw broken(segment)
    const { frame } = found
    if (replay === undefined) {
      const snapshot = prunedSnapshot(frame, rewriting)
      if (snapshot === undefined) throw broken(segment)
      replay = new Replay(stateOf(snapshot.value), snapshot.value.open)
      yield { log: frame.log, kind: frame.kind, body: snapshot.body }
      continue
    }
    const goes = frame.kind === FRAME_KINDS.leaf && logs.has(frame.log)
    const kept = goes ? prunedLeaf(frame) : frame
    const taken = replay.take(kept)
    if (taken === 'invalid') throw broken(segment)
    whole = taken !== 'frame'
    yield kept
  }
  // Leaves behind the last signed head would have been checked against nothing.
  if (!whole) throw broken(segment)
}

function prunedLeaf({ log, body }: Frame): Frame {
  const hash = leafHash(body)
  const kind = FRAME_KINDS.pruned
  return { log, kind, body: hash, hashed: Buffer.concat([Buffer.of(kind), hash]) }
}

/** Without the actions whose decision loses its body, under a seal of its own if it has any. */
function prunedSnapshot(
  frame: Frame,
  { minimums, signer }: Rewriting,
): { readonly value: Snapshot; readonly body: Uint8Array } | undefined {
  const read = readSnapshot(frame)
  if (read === undefined) return undefined
  const { snapshot } = read
  const open = snapshot.open.filter(({ log, leaf }) => seqOf(leaf) >= (minimums.get(log) ?? 0))
  if (open.length === snapshot.open.length) return { value: snapshot, body: frame.body }
  const value = { ...snapshot, open }
  return { value, body: formatSnapshot(value, signer) }
}

function broken(segment: number): PortcullisError {
  return new PortcullisError('LEDGER_CORRUPT', `segment ${segment} does not hold together`)
}
