import fc from "fast-check";
import { type RandomModule, randomModules } from "./random-module.ts";

/** As many candidates are tried at a time: a build takes little longer for all of them than for one. */
const WIDTH = 40;

/** Random modules that remember how they were made, so that they can be made smaller many at a time. */
class Recorded extends fc.Arbitrary<RandomModule> {
  readonly made = new WeakMap<RandomModule, fc.Value<RandomModule>>();

  override generate(random: fc.Random, bias: number | undefined): fc.Value<RandomModule> {
    return this.#keep(randomModules.generate(random, bias));
  }

  override canShrinkWithoutContext(_value: unknown): _value is RandomModule {
    return false;
  }

  override shrink(value: RandomModule, context: unknown): fc.Stream<fc.Value<RandomModule>> {
    return randomModules.shrink(value, context).map((each) => this.#keep(each));
  }

  #keep(value: fc.Value<RandomModule>): fc.Value<RandomModule> {
    this.made.set(value.value, value);
    return value;
  }
}

const recorded = new Recorded();

export function sampleModules(seed: number, count: number): RandomModule[] {
  return fc.sample(recorded, { seed, numRuns: count });
}

/** Where the first of some modules that fails is among them. */
export type FirstThatFails = (modules: readonly RandomModule[]) => Promise<number | undefined>;

/** A module of `sampleModules` that fails, made smaller until nothing smaller fails or `limitMs` have gone by. */
export async function smallestOf(
  module: RandomModule,
  firstThatFails: FirstThatFails,
  limitMs: number,
): Promise<RandomModule> {
  const until = performance.now() + limitMs;
  let smallest = module;
  for (let isSmaller = true; isSmaller && performance.now() < until; ) {
    isSmaller = false;
    const candidates = recorded.shrink(smallest, recorded.made.get(smallest)?.context);
    for (
      let some = taken(candidates);
      some.length > 0 && performance.now() < until;
      some = taken(candidates)
    ) {
      const index = await firstThatFails(some);
      if (index === undefined) continue;
      smallest = some[index] as RandomModule;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function taken(candidates: fc.Stream<fc.Value<RandomModule>>): RandomModule[] {
  const some: RandomModule[] = [];
  while (some.length < WIDTH) {
    const { done, value } = candidates.next();
    if (done === true) break;
    some.push(value.value);
  }
  return some;
}
