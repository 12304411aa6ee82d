import { LinkLostError, NoAnswerError } from "../../../src/bus/errors.ts";
import type { Link } from "../../../src/bus/link.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

/** How a link behaves that is lost, or whose device does not answer. */
export interface Losing {
  /** The error of an operation on the link `name`; the same each time, by default. */
  errorOf?(name: string): Error;
  /** Operations of after the loss that are answered all the same. */
  answers?(operation: string): boolean;
  /** What is parked stays so. */
  readonly leavesParked?: boolean;
}

interface Ends {
  readonly lose: () => void;
  readonly mute: () => void;
}

/** Links that can be ended, by the object that `open` gave. */
const ends = new WeakMap<object, Ends>();
const cutOf = Symbol("cut");

/** The built-in engine's link with a cable that can be pulled, and a device that can be kept from answering. */
export function losableLink(open: ContractLink["open"], losing: Losing = {}): ContractLink {
  return {
    open: async (seed) => losable(await open(seed), losing),
    lose: async (link) => ends.get(Reflect.get(link, cutOf) as object)?.lose(),
    mute: async (link) => ends.get(Reflect.get(link, cutOf) as object)?.mute(),
  };
}

function losable(link: Link, losing: Losing): Link {
  const { errorOf, answers = () => false, leavesParked = false } = losing;
  const key = {};
  /** Of every operation from now on. */
  let error: Error | undefined;
  let reportLoss: (error: Error) => void = () => undefined;
  const loss = new Promise<never>((_, reject) => {
    reportLoss = reject;
  });
  loss.catch(() => undefined);
  const end = (): Error => {
    const reason = errorOf?.(link.name) ?? (error as Error);
    if (!leavesParked) reportLoss(reason);
    return reason;
  };
  ends.set(key, {
    lose: () => {
      error = new LinkLostError(link.name, "the cable is pulled");
      end();
    },
    // Nobody knows before the next access.
    mute: () => {
      error = new NoAnswerError(link.name, "read", 0, "10 ms");
    },
  });
  const guard = async <T>(what: string, operation: () => Promise<T>): Promise<T> => {
    if (error !== undefined && answers(what)) return await operation();
    if (error !== undefined) throw end();
    return await Promise.race([operation(), loss]);
  };
  return replaced(link, {
    [cutOf]: key,
    writeRegister: (address: number, value: number) => {
      if (error === undefined) link.writeRegister(address, value);
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
