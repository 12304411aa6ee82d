import type { Place } from "./mutants.ts";

export interface EquivalentMutant extends Place {
  /** Why no program could see it. */
  readonly why: string;
}

/** Mutants that change nothing: they are drawn, not tried, and do not count. */
export const equivalentMutants: readonly EquivalentMutant[] = [
  {
    file: "src/memory/mdl.ts",
    place: "let each: Mdl | null = mdl; each !== null && left > 0; each = each.next",
    from: ">",
    to: ">=",
    why: "with no bytes left each MDL that follows has a piece of no bytes, and visits no page",
  },
  {
    file: "src/wdm/bounce-pages.ts",
    place: "if (error instanceof OutOfMemoryError) return undefined;",
    from: "error instanceof OutOfMemoryError",
    to: "true",
    why: "the allocator throws no other error",
  },
  {
    file: "src/wdm/mapping.ts",
    place: "const added = this.#isCut",
    from: "this.#isCut",
    to: "true",
    why: "a page that needs no cut is cut into one part; the shorter way saves time",
  },
  {
    file: "src/memory/mdl.ts",
    place: "again *= 2;",
    from: "2",
    to: "3",
    why: "a mark that moves to the third, ninth ... MDL meets a chain that leads back, too",
  },
  {
    file: "src/wdm/mapping.ts",
    place: "readonly #isCut: boolean;\n  #end = -1;",
    from: "1",
    to: "2",
    why: "no page begins at byte -1 or -2",
  },
  {
    file: "src/wdm/mapping.ts",
    place: "if (!this.#isScattered) this.#end = -1;",
    from: "1",
    to: "2",
    why: "no page begins at byte -1 or -2",
  },
  {
    file: "src/memory/mdl.ts",
    place: "let again = 1;",
    from: "1",
    to: "2",
    why: "the mark moves one MDL later, and meets a chain that leads back, too",
  },
  {
    file: "src/memory/physical-memory.ts",
    place: "for (let index = 0; index < this.#ends.length; index++) {",
    from: "<",
    to: "<=",
    why: "no address is in a bank that is not there: it is below undefined as little as above",
  },
];
