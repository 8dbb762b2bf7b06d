/** One engine with one set of policies in it and every request made ready in its own form. */
export interface Loaded {
  /** Is the request at this place of the workload permitted? */
  readonly decide: (request: number) => boolean
}

/** Loads an engine. What is made ready beforehand, `ready` does, and its time is not counted. */
export interface Engine {
  readonly name: string
  /** Called first, and not timed: brings in the package and renders what is to be loaded. */
  prepare(): Promise<{ load(): Promise<Loaded> | Loaded }>
}

/** A set of policies and requests about them, in the form of every engine. */
export interface Workload {
  readonly name: string
  /** How many requests there are. */
  readonly requests: number
  readonly engines: readonly Engine[]
}
