import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }

const severity = Type.Enum(['info', 'warning', 'critical'])
const pointer = Type.String({ description: 'JSON pointer into the definition (RFC 6901).' })
const span = Type.Array(Type.Integer(), {
  description: 'UTF-16 offsets into the text there: from, and up to.',
  minItems: 2,
  maxItems: 2,
})

const ToolName = Type.String({
  description: '`server.tool`, or `server` for what the server says of itself.',
  minLength: 1,
  maxLength: 1_024,
})

/** What is known of one tool. */
export const ToolPinView = Type.Object(
  {
    tool: ToolName,
    state: Type.Enum(['pending', 'pinned', 'quarantined', 'rejected'], {
      description: 'Only what is `pinned` is shown and called, and only as it was approved.',
    }),
    fingerprint: Type.String({ description: 'Of the definition that was seen last.' }),
    seen: Type.String({ description: 'Since when it says that, in ISO 8601.' }),
    approved: Type.Optional(
      Type.Object(
        {
          fingerprint: Type.String({ description: 'Of the definition that is trusted, or was.' }),
          by: Type.Enum(['first_use', 'operator']),
          at: Type.String({ description: 'When, in ISO 8601.' }),
        },
        closed,
      ),
    ),
    renamedFrom: Type.Optional(
      Type.String({ description: 'A tool that went when this one came, and is like it.' }),
    ),
  },
  closed,
)
export type ToolPinView = Static<typeof ToolPinView>

export const ToolPinList = Type.Object(
  {
    pins: Type.Array(ToolPinView),
    more: Type.Integer({ description: 'How many more there are.' }),
    unreadable: Type.Integer({ description: 'Rows that cannot be read: none of them is trusted.' }),
  },
  closed,
)
export type ToolPinList = Static<typeof ToolPinList>

export const ToolDriftChange = Type.Object(
  {
    pointer,
    kind: Type.Enum(['added', 'removed', 'changed']),
    severity,
    before: Type.Optional(Type.String({ description: 'As JSON; long ones are cut.' })),
    after: Type.Optional(Type.String({ description: 'As JSON; long ones are cut.' })),
  },
  closed,
)
export type ToolDriftChange = Static<typeof ToolDriftChange>

const ToolShadowing = Type.Object(
  {
    kind: Type.Enum(['same_name', 'look_alike', 'near_name', 'too_long', 'speaks_of', 'steers']),
    severity,
    other: Type.Optional(
      Type.String({ description: 'Whose way it is in; absent for all others.' }),
    ),
    where: pointer,
    span,
    evidence: Type.String(),
    message: Type.String(),
  },
  closed,
)
export type ToolShadowing = Static<typeof ToolShadowing>

const ToolFinding = Type.Object(
  {
    rule: Type.String(),
    kind: Type.Enum(['vulnerability', 'malice', 'resource', 'privacy']),
    severity,
    where: pointer,
    span,
    evidence: Type.String({ description: 'What it was found in.' }),
    message: Type.String(),
  },
  closed,
)

/** What a reviewer says of what a tool says. It decides nothing. */
export const ToolReviewed = Type.Object(
  {
    of: Type.Enum(['definition', 'added'], {
      description: 'All of it, or of a tool that changed what was added.',
    }),
    risk: Type.Number({ minimum: 0, maximum: 1 }),
    recommendation: Type.Enum(['approve', 'look', 'reject']),
    score: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    findings: Type.Array(ToolFinding),
  },
  closed,
)
export type ToolReviewed = Static<typeof ToolReviewed>

export const ToolToReview = Type.Object(
  {
    ...ToolPinView.properties,
    severity: Type.Optional(severity),
    drift: Type.Array(ToolDriftChange, { description: 'What is different from what was trusted.' }),
    moreDrift: Type.Integer({ description: 'How many more changes there are.' }),
    definition: Type.Optional(
      Type.String({ description: 'Of a tool that is new: all of it, as JSON; a long one is cut.' }),
    ),
    shadowing: Type.Array(ToolShadowing),
    review: Type.Optional(ToolReviewed),
  },
  closed,
)
export type ToolToReview = Static<typeof ToolToReview>

export const ToolReviewList = Type.Object(
  {
    tools: Type.Array(ToolToReview),
    more: Type.Integer({ description: 'How many more wait.' }),
  },
  closed,
)
export type ToolReviewList = Static<typeof ToolReviewList>

export const ToolQuery = Type.Object(
  {
    tool: Type.Optional(
      Type.String({
        description: '`server.tool`, or `server` for all of its tools.',
        minLength: 1,
        maxLength: 1_024,
      }),
    ),
  },
  closed,
)
export type ToolQuery = Static<typeof ToolQuery>

const reason = Type.Optional(
  Type.String({ description: 'Why, for the receipt.', minLength: 1, maxLength: 500 }),
)

export const ToolApproval = Type.Object(
  {
    tool: ToolName,
    fingerprint: Type.String({
      description: 'Of the definition that was reviewed: of another one nothing is approved.',
      pattern: '^sha256:[0-9a-f]{64}$',
    }),
    reason,
  },
  closed,
)
export type ToolApproval = Static<typeof ToolApproval>

export const ToolRejection = Type.Object({ tool: ToolName, reason }, closed)
export type ToolRejection = Static<typeof ToolRejection>

export const ToolReadingRequest = Type.Object(
  {
    tool: ToolName,
    fingerprint: Type.String({
      description: 'Of the definition that was reviewed: no other one is sent.',
      pattern: '^sha256:[0-9a-f]{64}$',
    }),
  },
  closed,
)
export type ToolReadingRequest = Static<typeof ToolReadingRequest>

/** What a model says of all that a tool says. It decides nothing. */
export const ToolReadingView = Type.Object(
  {
    tool: ToolName,
    fingerprint: Type.String({ description: 'Of the definition that it was asked about.' }),
    verdict: Type.Enum(['harmless', 'suspicious', 'undecided'], {
      description: 'Of both answers together: unless they agree, it is for a person.',
    }),
    reason: Type.Optional(
      Type.Enum(['not_sent', 'no_label', 'contradiction'], {
        description:
          'Why it is undecided: the definition is too long to be sent, an answer is no label, or ' +
          'the answers disagree.',
      }),
    ),
    model: Type.String({ description: 'As its endpoint calls it.' }),
    prompt: Type.String({ description: 'Digest of both prompts.' }),
    answers: Type.Array(Type.String(), {
      description: 'Word for word, cut: whether it gives orders, and whether it only describes.',
      minItems: 2,
      maxItems: 2,
    }),
  },
  closed,
)
export type ToolReadingView = Static<typeof ToolReadingView>

const least = 'super_admin'

/** Routes of the admin API about trust in tools. */
export const TOOL_ROUTES = {
  toolPins: {
    method: 'GET',
    url: '/v1/tools/pins',
    action: { operation: 'admin.tools.pins', on: 'tool', changes: false, least },
    summary: 'What is known of the tools of servers, and which definitions are trusted.',
    query: ToolQuery,
    answer: ToolPinList,
  },
  reviewTools: {
    method: 'GET',
    url: '/v1/tools/review',
    action: { operation: 'admin.tools.review', on: 'tool', changes: false, least },
    summary: 'The tools that wait for somebody, with what is new and what there is to say of it.',
    query: ToolQuery,
    answer: ToolReviewList,
  },
  readTool: {
    method: 'POST',
    url: '/v1/tools/read',
    // It changes no trust, and yet what a tool says leaves the machine: that has a receipt first.
    action: { operation: 'admin.tools.read', on: 'tool', changes: true, least, named: 'tool' },
    summary:
      'Sends what a tool says to the model of `[tools.reviewer]`, and tells what it answers.',
    body: ToolReadingRequest,
    answer: ToolReadingView,
  },
  approveTool: {
    method: 'POST',
    url: '/v1/tools/approve',
    action: {
      operation: 'admin.tools.approve',
      on: 'tool',
      changes: true,
      least,
      named: 'tool',
    },
    summary: 'Trusts a tool as it was reviewed; refused when it says something else by now.',
    body: ToolApproval,
    answer: ToolPinView,
  },
  rejectTool: {
    method: 'POST',
    url: '/v1/tools/reject',
    action: {
      operation: 'admin.tools.reject',
      on: 'tool',
      changes: true,
      least,
      named: 'tool',
    },
    summary: 'Has a tool neither shown nor called, whatever it says, until it is approved.',
    body: ToolRejection,
    answer: ToolPinView,
  },
} as const
