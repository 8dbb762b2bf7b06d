/** What the demonstration prints: to people step by step, or one JSON object at the end. */
export interface Step {
  readonly id: string
  readonly title: string
  readonly ok: boolean
  readonly evidence: Evidence
}

/** Proof of a step, by name. What people read stands under `shown`; the rest is for machines. */
export type Evidence = Readonly<Record<string, unknown>> & { readonly shown: readonly string[] }

const COLOURS = { green: 32, red: 31, dim: 2, bold: 1 } as const

export function paint(text: string, colour: keyof typeof COLOURS): string {
  const plain = !process.stdout.isTTY || process.env.NO_COLOR !== undefined
  return plain ? text : `\u001b[${COLOURS[colour]}m${text}\u001b[0m`
}

export function printStep(step: Step, number: number): void {
  const mark = step.ok ? paint('✔', 'green') : paint('✘', 'red')
  process.stdout.write(`\n${mark} ${paint(`${number}. ${step.title}`, 'bold')}\n`)
  for (const line of step.evidence.shown) process.stdout.write(`   ${line}\n`)
}
