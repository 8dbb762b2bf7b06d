import { Command } from 'commander'
import { toolsSignCommand } from './tools-sign.ts'
import { toolsVerifySignatureCommand } from './tools-verify-signature.ts'

/** `portcullis tools …`: sign, verify-signature. */
export function toolsCommand(): Command {
  return new Command('tools')
    .description('what tools say of themselves, and who vouches for it')
    .addCommand(toolsSignCommand())
    .addCommand(toolsVerifySignatureCommand())
}
