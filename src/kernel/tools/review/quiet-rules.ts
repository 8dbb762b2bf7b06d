import type { InstructionRule } from './instruction-rule.ts'
import type { SignalName } from './signals.ts'

/**
 * Rules of a single signal, which is rare in the definitions of honest tools: one is enough for a
 * look, and none for more.
 */
export const QUIET_RULES: readonly InstructionRule[] = [
  unlessAbout('attack-technique', 'technique', 'says that it does what attackers do'),
  one(
    'result-tampering',
    'rerouted',
    'wants what another tool is given or returns to be altered or to come here',
  ),
  one('knowledge-request', 'asked', 'asks for what was said or seen elsewhere'),
  one('takeover-request', 'handedIn', 'asks for what an account is taken over with'),
  one('output-obedience', 'obeyed', 'wants what is returned to be obeyed'),
  one('misleading-report', 'misled', 'wants people to be told less than is so, or otherwise'),
  one('claimed-consent', 'consented', 'says that somebody has agreed already'),
  one('every-turn', 'everyTurn', 'claims a part in every turn'),
  one('tool-discredit', 'discredited', 'speaks ill of other tools'),
  one('rights-widening', 'widened', 'wants rights widened or protection put aside'),
  one('data-in-address', 'beaconed', 'puts data into an address that it names'),
  one('diverted-payment', 'diverted', 'sends money or people elsewhere than was asked'),
  unlessAbout('secret-reading', 'opened', 'opens a secret and hands it back'),
  one('smuggled-command', 'smuggled', 'wants a command run that carries something along'),
  one('outward-order', 'pointedAt', 'wants data sent to an address that it points at'),
  one('turn-of-behaviour', 'turning', 'says that it will do something else later'),
  one('favoured-party', 'favoured', 'puts somebody before others, whoever asks'),
  one('claimed-duty', 'obliged', 'says that an authority wants data'),
  unlessAbout('foreign-code', 'runsForeign', 'runs what comes from elsewhere'),
  unlessAbout('agent-tampering', 'editsAgent', 'rewrites how the agent or a tool is set up'),
  one('planted-order', 'planted', 'puts orders where they last'),
  one('answer-rule', 'answerRule', 'says how people are to be answered'),
  one('borrowed-data', 'borrowed', 'takes or passes what belongs to others'),
  one('self-praise', 'vouched', 'vouches for itself'),
  unlessAbout('unwatched-deed', 'unwatched', 'does something when nobody sees it'),
  unlessAbout('carried-data', 'carried', 'lets data ride on something else'),
]

function one(rule: string, signal: SignalName, message: string): InstructionRule {
  return { rule, severity: 'warning', message, all: [signal], within: 1 }
}

/** For signals that honest texts about security show as well. */
function unlessAbout(rule: string, signal: SignalName, message: string): InstructionRule {
  return { ...one(rule, signal, message), none: ['aboutAttacks'] }
}
