import { Command } from 'commander'
import { toolApproveCommand } from './tools-approve.ts'
import { toolDiffCommand } from './tools-diff.ts'
import { toolPinsCommand } from './tools-pins.ts'
import { toolRejectCommand } from './tools-reject.ts'
import { toolReviewCommand } from './tools-review.ts'
import { toolsScanCommand } from './tools-scan.ts'
import { toolsSignCommand } from './tools-sign.ts'
import { toolsVerifySignatureCommand } from './tools-verify-signature.ts'

/** `portcullis tools …`: review, diff, approve, reject, pins, scan, sign, verify-signature. */
export function toolsCommand(): Command {
  return new Command('tools')
    .description('see what tools say of themselves, and decide whom to trust')
    .addCommand(toolReviewCommand())
    .addCommand(toolDiffCommand())
    .addCommand(toolApproveCommand())
    .addCommand(toolRejectCommand())
    .addCommand(toolPinsCommand())
    .addCommand(toolsScanCommand())
    .addCommand(toolsSignCommand())
    .addCommand(toolsVerifySignatureCommand())
}
