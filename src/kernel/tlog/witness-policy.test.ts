import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, signedNote } from '../../../test/support/sample-log.ts'
import { cosignatureLine, sampleCosigner } from '../../../test/support/sample-witness.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { formatCosignerKey } from './cosignature.ts'
import { leafHash } from './hash.ts'
import { isQuorum, openWitnessedCheckpoint } from './quorum.ts'
import { formatWitnessPolicy, MAX_POLICY_ENTRIES, parseWitnessPolicy } from './witness-policy.ts'

const cosigner = (name: string, seed: string) => sampleCosigner('ed25519', `${name}.example`, seed)
const [X1, X2, Y1] = [cosigner('x1', '11'), cosigner('x2', '12'), cosigner('y1', '13')]
const Y2 = sampleCosigner('ml-dsa-44', 'y2.example', '14')
const POLICY = `# Two of ours and one of theirs.
log ${SAMPLE_VKEY} https://log.example/

\twitness X1 ${X1.vkey} https://x1.example/w
witness X2\t${X2.vkey}
witness Y1 ${Y1.vkey}
witness Y2 ${Y2.vkey}   
group X all X1 X2
group Y any Y1 Y2
group both 2 X Y
quorum both
`

test('a policy is read, written and read again', () => {
  const policy = parseWitnessPolicy(POLICY)
  assert.deepEqual(
    policy.witnesses.map(({ name, url }) => [name, url]),
    [
      ['X1', 'https://x1.example/w'],
      ['X2', undefined],
      ['Y1', undefined],
      ['Y2', undefined],
    ],
  )
  assert.deepEqual(
    policy.groups.map(({ threshold }) => threshold),
    [2, 1, 2],
  )
  assert.equal(policy.logs[0]?.url, 'https://log.example/')
  const written = formatWitnessPolicy(policy)
  assert.equal(formatWitnessPolicy(parseWitnessPolicy(written)), written)
  assert.match(written, /^group both 2 X Y\nquorum both\n$/m)
})

test('a policy may ask for nobody, or for one witness', () => {
  assert.ok(isQuorum(new Set(), parseWitnessPolicy('quorum none\n')))
  const one = parseWitnessPolicy(`witness w ${X1.vkey}\nquorum w\n`)
  assert.ok(!isQuorum(new Set(), one))
  assert.ok(isQuorum(new Set(['w']), one))
})

const QUORUMS: readonly [cosigned: string, met: boolean][] = [
  ['', false],
  ['X1 X2', false],
  ['X1 Y1 Y2', false],
  ['X1 X2 Y1', true],
  ['X1 X2 Y2', true],
  ['X1 X2 Y1 Y2', true],
]

for (const [cosigned, met] of QUORUMS) {
  test(`of \`${cosigned}\` the quorum ${met ? 'is' : 'is not'} made up`, () => {
    const names = new Set(cosigned.split(' '))
    assert.equal(isQuorum(names, parseWitnessPolicy(POLICY)), met)
  })
}

const BODY = POLICY.split('\n').slice(0, -5).join('\n')
const w = (name: string) => `witness ${name} ${cosigner(name, '2a').vkey}`
const sameKey = formatCosignerKey('ed25519', 'other.example', X1.key.raw)
const MISTAKES: Record<string, [text: string, line: number, message: RegExp]> = {
  'no quorum': [`${BODY}\n`, 8, /no `quorum`/],
  'two quorums': ['quorum none\nquorum none\n', 2, /already/],
  'a quorum that is not defined': ['quorum X\n', 1, /no `X` is defined/],
  'a quorum before its witness': [`quorum w\n${w('w')}\n`, 1, /no `w` is defined/],
  'an unknown keyword': ['quorum none\nwitnes w x\n', 2, /`witnes` is none of/],
  'a keyword in capitals': ['Quorum none\n', 1, /is none of/],
  'a broken key': [`witness w ${X1.vkey}x\nquorum w\n`, 1, /0x04 or 0x06/],
  'the key of a log for a witness': [`witness w ${SAMPLE_VKEY}\nquorum w\n`, 1, /0x04 or 0x06/],
  'the key of a witness for a log': [`log ${X1.vkey}\nquorum none\n`, 1, /0x01 or 0x06/],
  'a log twice': [`log ${SAMPLE_VKEY}\nlog ${SAMPLE_VKEY} u\nquorum none\n`, 2, /already/],
  'a key under two names': [`${w('a')}\nwitness b ${cosigner('b', '2a').vkey}\n`, 2, /another/],
  'a key under another key name': [`witness a ${X1.vkey}\nwitness b ${sameKey}\n`, 2, /another/],
  'a witness called none': [`witness none ${X1.vkey}\nquorum none\n`, 1, /taken/],
  'a name twice': [`witness a ${X1.vkey}\nwitness a ${X2.vkey}\n`, 2, /taken/],
  'a group with the name of a witness': [`${w('a')}\ngroup a any a\n`, 2, /taken/],
  'a group called none': [`${w('a')}\ngroup none any a\n`, 2, /taken/],
  'none in a group': [`group g any none\nquorum g\n`, 1, /no member/],
  'an empty group': ['group g any\nquorum g\n', 1, /expected/],
  'a group of itself': ['group g any g\nquorum g\n', 1, /no `g` is defined/],
  'a group that asks for none': [`${w('a')}\ngroup g 0 a\n`, 2, /cannot be asked/],
  'a group that asks for too many': [`${w('a')}\ngroup g 2 a\n`, 2, /cannot be asked/],
  'a threshold with a zero before': [`${w('a')}\ngroup g 01 a\n`, 2, /cannot be asked/],
  'a member twice': [`${w('a')}\ngroup g any a a\n`, 2, /a member of a group already/],
  'a member of two groups': [`${w('a')}\ngroup g any a\ngroup h any a\n`, 3, /already/],
  'too many words': ['quorum none none\n', 1, /expected/],
  'a witness without a key': ['witness w\n', 1, /expected/],
  'a carriage return': ['quorum none\r\n', 1, /control/],
  'a form feed': ['quorum\fnone\n', 1, /control/],
  'a no-break space for a space': ['quorum\u00a0none\n', 1, /is none of/],
}

for (const [what, [text, line, message]] of Object.entries(MISTAKES)) {
  test(`a policy is refused with ${what}, and the line is named`, () => {
    assert.throws(
      () => parseWitnessPolicy(text),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'WITNESS_POLICY_INVALID')
        assert.match(error.message, new RegExp(`^line ${line}: `))
        assert.match(error.message, message)
        return true
      },
    )
  })
}

test('a policy has no more entries than the limit', () => {
  const seeds = Array.from({ length: MAX_POLICY_ENTRIES + 1 }, (_, index) => index)
  const lines = seeds.map((index) => {
    const seed = (index + 1).toString(16).padStart(2, '0')
    return `witness w${index} ${cosigner(`w${index}`, seed).vkey}`
  })
  const text = (count: number) => `${lines.slice(0, count).join('\n')}\nquorum none\n`
  assert.equal(parseWitnessPolicy(text(MAX_POLICY_ENTRIES)).witnesses.length, MAX_POLICY_ENTRIES)
  assert.throws(() => parseWitnessPolicy(text(MAX_POLICY_ENTRIES + 1)), /line 65: more than 64/)
})

const root = leafHash(Buffer.from('x'))
const NOTE = signedNote(formatCheckpoint({ origin: SAMPLE_ORIGIN, size: 5, root }))
const lines = [X1, X2, Y2].map((one) => cosignatureLine(NOTE, one))
const POLICY_READ = parseWitnessPolicy(POLICY)

test('a note opens where its log signed and the quorum cosigned', () => {
  const { checkpoint, witnesses } = openWitnessedCheckpoint(NOTE + lines.join(''), POLICY_READ)
  assert.equal(checkpoint.size, 5)
  assert.deepEqual(
    witnesses.map(({ name }) => name),
    ['X1', 'X2', 'Y2'],
  )
})

const stranger = signedNote(formatCheckpoint({ origin: 'other.example/log', size: 5, root }))
const timeless = cosignatureLine(NOTE, Y2, 0)
const REFUSED: Record<string, [note: string, code: string]> = {
  'too few witnesses': [NOTE + lines.slice(0, 2).join(''), 'QUORUM_UNMET'],
  'a cosignature without a time': [NOTE + lines.slice(0, 2).join('') + timeless, 'QUORUM_UNMET'],
  'a wrong cosignature among enough': [
    NOTE + lines.join('') + cosignatureLine(stranger, Y1),
    'CHECKPOINT_UNTRUSTED',
  ],
  'another log': [stranger + lines.join(''), 'CHECKPOINT_UNTRUSTED'],
  'no signature of the log': [
    `${NOTE.split('\n\n')[0]}\n\n${lines.join('')}`,
    'CHECKPOINT_UNTRUSTED',
  ],
  'no form': ['x', 'CHECKPOINT_INVALID'],
}

for (const [what, [note, code]] of Object.entries(REFUSED)) {
  test(`a note with ${what} is refused`, () => {
    assert.throws(() => openWitnessedCheckpoint(note, POLICY_READ), { code })
  })
}
