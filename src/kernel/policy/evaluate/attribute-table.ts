/** A path into a request: `principal.roles` is the name `roles` below the root `principal`. */
export interface AttributePath {
  readonly root: string
  readonly names: readonly string[]
}

/** An attribute and its number in a table. */
export interface NumberedAttribute {
  readonly slot: number
  /** Slot of the record it is an attribute of; `NO_PARENT` for a root. */
  readonly parent: number
  readonly name: string
  readonly members: Map<string, NumberedAttribute>
  readonly table: AttributeTable
}

export const NO_PARENT = -1

/** What the root of a path reads: `input` is another word for `args`. */
export function rootName(root: string): string {
  return root === 'input' ? 'args' : root
}

/**
 * Numbers for what the conditions of a set name: the attributes they read, so that one decision
 * reads each once, and the constants they compare with, so that a test is three numbers. It only
 * grows: sets that follow one another share it, and what is compiled stays as it is.
 */
export class AttributeTable {
  /** By slot. */
  readonly attributes: NumberedAttribute[] = []
  /** Numbers that are not whole or have more than 32 bits. */
  readonly numbers: number[] = []
  /** Sets of texts, for `path in ["a", "b"]`. */
  readonly choices: ReadonlySet<string>[] = []
  /** What each label is to one label: below it, the same or above. */
  readonly ranks: ReadonlyMap<string, number>[] = []
  /** Numbers of several elements, one of which is looked for. */
  readonly elements: (readonly number[])[] = []
  private readonly roots = new Map<string, NumberedAttribute>()
  private readonly textNumbers = new Map<string, number>()
  /** By slot: numbers for the texts that are looked for in the list there. */
  private readonly soughtTexts: (string[] | undefined)[] = []
  private readonly sought: (Map<string, number> | undefined)[] = []

  /** How much it holds. */
  get size(): number {
    const { attributes, textNumbers, numbers, choices, elements } = this
    return attributes.length + textNumbers.size + numbers.length + choices.length + elements.length
  }

  /** A path with its number, under which decisions keep its value. */
  attribute({ root, names }: AttributePath): NumberedAttribute {
    let attribute = this.below(undefined, rootName(root))
    for (const name of names) attribute = this.below(attribute, name)
    return attribute
  }

  private below(parent: NumberedAttribute | undefined, name: string): NumberedAttribute {
    const members = parent?.members ?? this.roots
    const known = members.get(name)
    if (known !== undefined) return known
    const slot = this.attributes.length
    const attribute = {
      slot,
      parent: parent?.slot ?? NO_PARENT,
      name,
      members: new Map(),
      table: this,
    }
    members.set(name, attribute)
    this.attributes.push(attribute)
    return attribute
  }

  /** The number of a text that conditions compare with. */
  knownText(text: string): number | undefined {
    return this.textNumbers.get(text)
  }

  textOf(text: string): number {
    const known = this.textNumbers.get(text)
    if (known !== undefined) return known
    const number = this.textNumbers.size
    this.textNumbers.set(text, number)
    return number
  }

  numberOf(value: number): number {
    return this.numbers.push(value) - 1
  }

  choiceOf(texts: ReadonlySet<string>): number {
    return this.choices.push(texts) - 1
  }

  ranksOf(ranks: ReadonlyMap<string, number>): number {
    const known = this.ranks.lastIndexOf(ranks)
    return known === -1 ? this.ranks.push(ranks) - 1 : known
  }

  /** Numbers of the texts of a choice. */
  choiceTexts(choice: number): readonly number[] {
    return [...(this.choices[choice] ?? [])].map((text) => this.textOf(text))
  }

  elementsOf(numbers: readonly number[]): number {
    return this.elements.push(numbers) - 1
  }

  /** The number of a text that conditions look for in the list at `slot`. */
  elementOf(slot: number, text: string): number {
    const numbers = this.sought[slot] ?? new Map<string, number>()
    this.sought[slot] = numbers
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    const texts = this.soughtTexts[slot] ?? []
    texts.push(text)
    this.soughtTexts[slot] = texts
    return numbers.size - 1
  }

  elementText(slot: number, element: number): string | undefined {
    return this.soughtTexts[slot]?.[element]
  }

  /** The same for a text of a request: nothing when no condition looks for it. */
  knownElement(slot: number, text: string): number | undefined {
    return this.sought[slot]?.get(text)
  }
}
