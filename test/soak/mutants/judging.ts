import type { Guarded, Stage } from "./guarded.ts";
import type { Mutation } from "./mutations.ts";
import { canBeSwitched, type Numbered } from "./side-by-side.ts";
import type { Workplace } from "./workplace.ts";

export interface Drawn {
  readonly number: number;
  readonly mutation: Mutation;
}

/** `stage`: the guard that found it; undefined if none did. */
export interface End {
  readonly stage: string | undefined;
  readonly why: string;
}

export const REFUSED_STAGE = "refused";
const LIVES: End = { stage: undefined, why: "" };

/** In one build before any guard has seen them: one of them may fail it, and more of them take longer. */
const FEW = 25;
/** In one build of what the quick guards let live: they want many builds, and few are left. */
const MANY = 100;

/** Of the built-in engine: a change that is no Verilog, or none that it takes, or that it does not build in time. */
const REFUSED =
  /of CPU time with|E_BUILD|E_UNSUPPORTED|does not take|ERROR:|syntax error|combinational loop|is used but has no driver/;
/** Of the design: parameters that it takes without the change. */
const OWN_REFUSAL = /_must_be_/;

/**
 * Gives mutants to guards. Those that can be are in one build, each behind a switch: a build takes much longer than a look at it.
 * Only what a guard says that passes without a mutant counts, of the same build where there is one.
 */
export class Judging {
  readonly #place: Workplace;
  readonly #guarded: Guarded;
  readonly #note: (one: Drawn, end: End) => void;
  /** They pass the Verilog as it is. */
  readonly #sound = new Set<Stage>();

  constructor(place: Workplace, guarded: Guarded, note: (one: Drawn, end: End) => void) {
    this.#place = place;
    this.#guarded = guarded;
    this.#note = note;
  }

  async judge(some: readonly Drawn[]): Promise<void> {
    const can = ({ mutation }: Drawn): boolean => canBeSwitched(this.#place.read(mutation.file), mutation);
    const { quick, thorough, after, alone } = this.#guarded;
    const left = await this.#inPieces(some.filter(can), FEW, quick);
    const { live, unbuilt } = await this.#inPieces(left.live, MANY, thorough);
    for (const one of live) await this.#alone(one, after);
    for (const one of [...some.filter((each) => !can(each)), ...left.unbuilt, ...unbuilt])
      await this.#alone(one, alone);
  }

  async #inPieces(some: readonly Drawn[], size: number, stages: readonly Stage[]): Promise<Left> {
    const live: Drawn[] = [];
    const unbuilt: Drawn[] = [];
    for (let at = 0; at < some.length; at += size) {
      const left = await this.#together(some.slice(at, at + size), stages);
      live.push(...left.live);
      unbuilt.push(...left.unbuilt);
    }
    return { live, unbuilt };
  }

  /** A build that fails is made again in halves. */
  async #together(some: readonly Drawn[], stages: readonly Stage[]): Promise<Left> {
    if (some.length === 0) return { live: [], unbuilt: [] };
    const { live, rest } = await this.#inOneBuild(some, stages);
    if (rest.length === 0) return { live, unbuilt: [] };
    if (live.length === 1) return { live: [], unbuilt: live };
    const half = Math.ceil(live.length / 2);
    const first = await this.#together(live.slice(0, half), rest);
    const second = await this.#together(live.slice(half), rest);
    return { live: [...first.live, ...second.live], unbuilt: [...first.unbuilt, ...second.unbuilt] };
  }

  /** Those that live through the stages but for the `rest`, of which the first fails without any mutant. */
  #inOneBuild(
    some: readonly Drawn[],
    stages: readonly Stage[],
  ): Promise<{ live: Drawn[]; rest: readonly Stage[] }> {
    const numbered = new Map(some.map((one, index) => [one, { ...one, number: index + 1 }]));
    return this.#place.withAll([...numbered.values()], async () => {
      let live = [...some];
      for (const [index, stage] of stages.entries()) {
        if (live.length > 0 && !(await stage.run(this.#place)).passed)
          return { live, rest: stages.slice(index) };
        const left: Drawn[] = [];
        for (const one of live) {
          const end = await this.#verdict(stage, numbered.get(one));
          if (end === LIVES) left.push(one);
          else this.#note(one, end);
        }
        live = left;
      }
      return { live, rest: [] };
    });
  }

  async #alone(one: Drawn, stages: readonly Stage[]): Promise<void> {
    const [end, stage] = await this.#place.with(one.mutation, () => this.#firstThatFinds(stages));
    if (stage !== undefined && end.stage !== REFUSED_STAGE) await this.#checkGuard(stage);
    this.#note(one, end);
  }

  async #firstThatFinds(stages: readonly Stage[]): Promise<[end: End, stage?: Stage]> {
    for (const stage of stages) {
      const end = await this.#verdict(stage);
      if (end !== LIVES) return [end, stage];
    }
    return [LIVES];
  }

  /** A guard that fails without any change would kill whatever it is given. */
  async #checkGuard(stage: Stage): Promise<void> {
    if (this.#sound.has(stage)) return;
    const { stage: failed, why } = await this.#verdict(stage);
    if (failed !== undefined)
      throw new Error(`the Verilog without a change does not pass: ${failed}: ${why}`);
    this.#sound.add(stage);
  }

  async #verdict(stage: Stage, on?: Numbered): Promise<End> {
    const { passed, output, isLate } = await stage.run(this.#place, on);
    if (isLate) return { stage: stage.name, why: "did not end in time" };
    if (passed) return LIVES;
    // What is behind a switch has been built.
    const isRefused = on === undefined && REFUSED.test(output) && !OWN_REFUSAL.test(output);
    return { stage: isRefused ? REFUSED_STAGE : stage.name, why: reasonIn(output) };
  }
}

interface Left {
  readonly live: readonly Drawn[];
  /** Behind a switch they could not be built. */
  readonly unbuilt: readonly Drawn[];
}

function reasonIn(output: string): string {
  const [, why] = /(?:FAILED|Error\S*): (.*)/.exec(output) ?? [];
  return (why ?? output.trim().split("\n").at(-1) ?? "").slice(0, 120);
}
