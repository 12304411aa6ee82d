import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { equivalentMutants } from "../soak/wdm-mutants/equivalent-mutants.ts";
import { MutantTests } from "../soak/wdm-mutants/mutant-tests.ts";
import { type Mutant, mutantAt, type Place } from "../soak/wdm-mutants/mutants.ts";

/** Each a fault that drivers would notice, of another part of the interface. */
const faulty: readonly (Place & { readonly name: string })[] = [
  {
    name: "a bounced buffer gets nothing of what the device wrote",
    file: "src/wdm/mapping.ts",
    place: 'if (!this.writeToDevice) this.#copy("out");',
    from: "!this.writeToDevice",
    to: "this.writeToDevice",
  },
  {
    name: "a map that ended goes on with the next MDL",
    file: "src/wdm/mapping.ts",
    place: "if (!this.#addPage(frame, inPage, bytes, isBounced)) return false;",
    from: "false",
    to: "true",
  },
  {
    name: "registers that were freed are lost",
    file: "src/wdm/arbiter.ts",
    place: "this.#freeRegisters += allocation.registers;",
    from: "+=",
    to: "-=",
  },
  {
    name: "the flush of a part ends the whole mapping",
    file: "src/wdm/map-routines.ts",
    place: "if (length !== mappedBytes) {",
    from: "length !== mappedBytes",
    to: "false",
  },
  {
    name: "a page in use is handed out in a run",
    file: "src/memory/page-allocator.ts",
    place: "length = ((this.#state[page] as number) & TAKEN) !== 0 ? 0 : length + 1;",
    from: "&",
    to: "|",
  },
  {
    name: "bytes after the first buffer of a chain are those of the first",
    file: "src/memory/mdl.ts",
    place: "skip -= each.byteCount;",
    from: "skip -= each.byteCount;",
    to: ";",
  },
];

describe("the unit tests of the DMA system and of host memory see", () => {
  const tests = new MutantTests();
  beforeAll(() => tests.checkBaseline(mutantAt(faulty[0] as Place) as Mutant));
  afterAll(() => tests[Symbol.asyncDispose]());

  test.each(faulty)("$file: $name", async (place) => {
    const mutant = mutantAt(place);
    if (typeof mutant === "string") throw new Error(mutant);
    expect(await tests.try(mutant)).not.toBeNull();
  });
});

// `npm run soak -- --variant wdm-mutants` does not try them.
test("the place of a mutant that changes nothing stands once in its file", () => {
  expect(equivalentMutants.map(mutantAt).filter((one) => typeof one === "string")).toEqual([]);
});
