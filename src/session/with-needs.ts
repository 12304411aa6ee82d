import { inject, type TestAPI, type TestContext, TestRunner } from "vitest";
import { lackOfTarget, type Need, type StatedNeed, statedNeeds } from "./needs.ts";
import "./run-context.ts";

type Modifier = "skip" | "only" | "todo" | "fails" | "concurrent" | "sequential" | "shuffle";

/** `test` or `describe` of Vitest, with `needs`. */
export type WithNeeds<Api> = Api & {
  /**
   * Tests that run only where the target and its device meet all of these needs; elsewhere they are skipped, with the
   * reason. What the target decides is decided while the file is loaded, before a device is opened. Throws
   * `UnknownNeedError`.
   */
  needs(first: Need, ...more: readonly Need[]): WithNeeds<Api>;
} & { readonly [K in keyof Api & Modifier]: WithNeeds<Api[K]> };

/** The `test` of a bench; `Context` are its fixtures. What is extended has needs, too. */
export type BenchTest<Context> = { readonly extend: ExtendBench<Context> } & WithNeeds<TestAPI<Context>>;

interface ExtendBench<Context> {
  <More extends object>(
    fixtures: {
      readonly [K in keyof More]:
        | Fixture<More[K], Context & More & TestContext>
        | readonly [Fixture<More[K], Context & More & TestContext>, { readonly auto?: boolean }];
    },
  ): BenchTest<Context & More>;
  <Name extends string, Value>(
    name: Name,
    make: (
      context: Context & TestContext,
      helpers: { onCleanup(cleanup: () => unknown): void },
    ) => Value | Promise<Value>,
  ): BenchTest<Context & Readonly<Record<Name, Value>>>;
}

type Fixture<Value, Context> =
  | ((context: Context, use: (value: Value) => Promise<void>) => unknown)
  | (Value extends (...args: never[]) => unknown ? never : Value);

type Callable = (...args: never[]) => unknown;

interface MarkedTask {
  meta: { needs?: readonly StatedNeed[]; lack?: string };
  mode: string;
  readonly result?: { readonly state: string } | undefined;
  readonly suite?: MarkedTask | undefined;
}

/**
 * A face of `api` whose tests and groups have these needs. What it gives is a face, too: `skip`, `each(...)`, `extend(...)`.
 * Vitest knows nothing of it, and what is collected through it is marked.
 */
export function withNeeds<Api extends object>(api: Api, needs: readonly StatedNeed[] = []): WithNeeds<Api> {
  return faceOf(api as Api & Callable, needs) as unknown as WithNeeds<Api>;
}

function faceOf(api: Callable, needs: readonly StatedNeed[]): Callable {
  return new Proxy(api, {
    get(target, key) {
      if (key === "needs")
        return (...more: readonly unknown[]) => faceOf(api, [...needs, ...statedNeeds(more)]);
      const value: unknown = Reflect.get(target, key, target);
      return isMethod(target, key, value) ? faceOf(value, needs) : value;
    },
    apply(target, self, args: never[]) {
      const collect = (): unknown => Reflect.apply(target, self, args);
      const result = needs.length === 0 ? collect() : marking(needs, collect);
      return typeof result === "function" ? faceOf(result as Callable, needs) : result;
    },
  });
}

/** A constant property of a proxy must be what it is. */
function isMethod(target: object, key: PropertyKey, value: unknown): value is Callable {
  const own = Reflect.getOwnPropertyDescriptor(target, key);
  const isConstant = own?.configurable === false && own.writable === false;
  return own !== undefined && !isConstant && typeof value === "function";
}

function marking<T>(needs: readonly StatedNeed[], collect: () => T): T {
  const { tasks } = TestRunner.getCurrentSuite();
  const before = tasks.length;
  const result = collect();
  for (const task of tasks.slice(before)) {
    mark((task.type === "collector" ? task.suite : task) as MarkedTask, needs);
  }
  return result;
}

/**
 * What is marked `only` keeps others from running, also where it is left out. In a group that is left out nothing is
 * marked: Vitest looks no deeper.
 */
function mark(task: MarkedTask, needs: readonly StatedNeed[]): void {
  const run = inject("hilt");
  const lack = run === undefined ? undefined : lackOfTarget(needs, run);
  // Groups share what their options say.
  task.meta = { ...task.meta, needs: [...(task.meta.needs ?? []), ...needs] };
  const isChosen = task.mode === "only";
  if (lack === undefined || !(isChosen || task.mode === "run") || isLeftOut(task.suite)) return;
  task.meta.lack = lack;
  if (isChosen) skipWhenRun(task);
  else task.mode = "skip";
}

/**
 * Vitest turns `only` into `run` when all is collected, and then leaves out groups, with their hooks, in which nothing
 * runs. A group that has failed by then, since CI is set, must not hide that.
 */
function skipWhenRun(task: MarkedTask): void {
  let { mode } = task;
  Object.defineProperty(task, "mode", {
    ...{ enumerable: true, configurable: true },
    get: () => mode,
    set: (value: string) => {
      const isFailedGroup = "tasks" in task && task.result?.state === "fail";
      mode = value === "run" && !isFailedGroup ? "skip" : value;
    },
  });
}

function isLeftOut(group: MarkedTask | undefined): boolean {
  return group !== undefined && (group.mode === "skip" || isLeftOut(group.suite));
}

/** What a test needs, and every group that it is in. */
export function needsOf(task: MarkedTask): StatedNeed[] {
  const all = [...(task.meta.needs ?? []), ...(task.suite === undefined ? [] : needsOf(task.suite))];
  return [...new Map(all.map((need) => [JSON.stringify(need), need])).values()];
}

/** Why a test was left out before it began: for a need of its own, or of a group that it is in. */
export function lackOf(task: MarkedTask): string | undefined {
  return task.meta.lack ?? (task.suite === undefined ? undefined : lackOf(task.suite));
}
