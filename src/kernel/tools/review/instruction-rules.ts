import type { InstructionRule } from './instruction-rule.ts'
import { QUIET_RULES } from './quiet-rules.ts'

/** Whom an order is for, or with what force: without it, text merely describes. */
const ORDER = ['must', 'first', 'model', 'pretext'] as const
const HIDES = ['conceal', 'covertly'] as const

/** In order of gravity: of one place, only the first that holds is told. */
export const INSTRUCTION_RULES: readonly InstructionRule[] = [
  {
    rule: 'secret-exfiltration-order',
    severity: 'critical',
    message: 'orders the model to take a secret and hand it on',
    all: ['secretPath', 'read', ['send', 'parameter'], [...ORDER, 'parameter']],
    within: 2,
  },
  {
    rule: 'secret-access-order',
    severity: 'critical',
    message: 'orders the model to open a place where secrets are kept',
    all: ['secretPath', ['read', 'send'], ['first', 'conceal', 'covertly', 'must']],
    within: 1,
  },
  {
    rule: 'credential-exfiltration-order',
    severity: 'critical',
    message: 'orders the model to hand on credentials or private data',
    all: ['secretWord', 'send', ['destination', 'conceal', 'covertly'], ORDER],
    within: 2,
  },
  {
    rule: 'conversation-exfiltration-order',
    severity: 'critical',
    message: 'orders the model to hand on what it was told',
    all: ['conversation', 'send', ['parameter', 'destination', 'conceal', 'covertly'], ORDER],
    within: 2,
  },
  {
    rule: 'instruction-override',
    severity: 'critical',
    message: 'tells the model to set other instructions aside',
    all: ['override'],
    within: 1,
  },
  {
    rule: 'hidden-deed-order',
    severity: 'critical',
    message: 'orders a deed and that the user shall not learn of it',
    all: [HIDES, ['send', 'read', 'harm', 'bypass'], ['must', 'first', 'destination'], 'conceal'],
    within: 2,
  },
  {
    rule: 'harmful-command',
    severity: 'critical',
    message: 'gives the model a destructive or foreign command',
    all: ['harm'],
    within: 1,
  },
  {
    rule: 'concealment-order',
    severity: 'warning',
    message: 'wants something kept from the user',
    all: ['conceal'],
    within: 1,
  },
  {
    rule: 'covert-action',
    severity: 'warning',
    message: 'wants something done unseen',
    all: ['covertly', ['send', 'read', 'bypass', 'secretWord', 'conversation']],
    within: 1,
  },
  {
    rule: 'persona-change',
    severity: 'warning',
    message: 'tells the model to be somebody else, or in another mode',
    all: ['persona'],
    within: 1,
  },
  {
    rule: 'safeguard-bypass',
    severity: 'warning',
    message: 'wants a check or a confirmation left out',
    all: ['bypass'],
    within: 1,
  },
  {
    rule: 'tool-priority',
    severity: 'warning',
    message: 'claims to go before other tools',
    all: ['priority'],
    within: 1,
  },
  {
    rule: 'tool-preference',
    severity: 'info',
    message: 'wants to be used before others',
    all: ['preference'],
    within: 1,
  },
  {
    rule: 'outward-copy',
    severity: 'warning',
    message: 'wants data sent to an address that it names',
    all: ['send', 'destination', ORDER, ['conversation', 'secretWord', 'first', 'pretext']],
    within: 1,
  },
  {
    rule: 'foreign-address',
    severity: 'warning',
    message: 'sends data to an address that it names itself',
    all: ['sentTo'],
    within: 1,
  },
  {
    rule: 'prompt-disclosure',
    severity: 'warning',
    message: 'wants the model to give its own instructions away',
    all: ['disclose'],
    within: 1,
  },
  {
    rule: 'change-after-approval',
    severity: 'warning',
    message: 'speaks of doing something else once it is approved',
    all: ['later', ['declared', 'harm', 'secretWord', 'secretPath', 'covertly', 'conceal']],
    within: 1,
  },
  {
    rule: 'conversation-parameter',
    severity: 'warning',
    message: 'wants what the model was told as an argument',
    all: ['conversation', 'send', ['parameter', ...ORDER]],
    within: 1,
  },
  {
    rule: 'credential-parameter-order',
    severity: 'warning',
    message: 'wants credentials looked up and given as an argument',
    all: ['secretWord', 'read', 'send', 'parameter', ['first', 'must']],
    within: 1,
  },
  {
    rule: 'declared-attack',
    severity: 'warning',
    message: 'says of itself that it does harm',
    all: ['declared'],
    none: ['aboutAttacks'],
    within: 1,
  },
  ...QUIET_RULES,
]
