import { unreachable } from '../../../kernel/errors.ts'
import { FRAME_KINDS, type Frame } from '../frame.ts'
import { NODE_LOG } from '../ledger-state.ts'

/** In which order the frames of a group stand. */
export function phaseOf({ kind, log }: Frame): number {
  switch (kind) {
    case FRAME_KINDS.snapshot:
      return 0
    case FRAME_KINDS.log:
      return 1
    case FRAME_KINDS.leaf:
    case FRAME_KINDS.pruned:
      return log === NODE_LOG ? 3 : 2
    case FRAME_KINDS.checkpoint:
      return log === NODE_LOG ? 6 : 4
    case FRAME_KINDS.cosigned:
      return 5
    default:
      return unreachable(kind)
  }
}
