import { LinkLostError } from "../../../src/bus/errors.ts";
import type { Link } from "../../../src/bus/link.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

/** How a lost link behaves. */
export interface Losing {
  /** The error of an operation on the lost link `name`; the same each time, by default. */
  errorOf?(name: string): Error;
  /** Operations of after the loss that are answered all the same. */
  answers?(operation: string): boolean;
  /** What is parked stays so. */
  readonly leavesParked?: boolean;
}

/** Links that can be cut off, by the object that `open` gave. */
const cuts = new WeakMap<object, () => void>();
const cutOf = Symbol("cut");

/** The built-in engine's link with a cable that can be pulled. */
export function losableLink(open: ContractLink["open"], losing: Losing = {}): ContractLink {
  return {
    open: async (seed) => losable(await open(seed), losing),
    lose: async (link) => cuts.get(Reflect.get(link, cutOf) as object)?.(),
  };
}

function losable(link: Link, losing: Losing): Link {
  const { errorOf, answers = () => false, leavesParked = false } = losing;
  const key = {};
  const error = new LinkLostError(link.name, "the cable is pulled");
  let isLost = false;
  let reportLoss: (error: Error) => void = () => undefined;
  const loss = new Promise<never>((_, reject) => {
    reportLoss = reject;
  });
  loss.catch(() => undefined);
  cuts.set(key, () => {
    isLost = true;
    if (!leavesParked) reportLoss(errorOf?.(link.name) ?? error);
  });
  const guard = async <T>(what: string, operation: () => Promise<T>): Promise<T> => {
    if (isLost && answers(what)) return await operation();
    if (isLost) throw errorOf?.(link.name) ?? error;
    return await Promise.race([operation(), loss]);
  };
  return replaced(link, {
    [cutOf]: key,
    writeRegister: (address: number, value: number) => {
      if (!isLost) link.writeRegister(address, value);
    },
    readRegister: (address: number) => guard("read", () => link.readRegister(address)),
    perform: (operations: Parameters<Link["perform"]>[0]) => guard("list", () => link.perform(operations)),
    idle: (cycles: number) => guard("idle", () => link.idle(cycles)),
    listen: (options: Parameters<Link["listen"]>[0]) => {
      const listener = link.listen(options);
      return {
        wait: (limit: number, signal?: AbortSignal) => guard("wait", () => listener.wait(limit, signal)),
      };
    },
  } as Partial<Link>);
}
