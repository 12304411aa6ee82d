import { RegisterAccessError } from "../../../src/bus/errors.ts";
import type { Link, Operation } from "../../../src/bus/link.ts";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { turn } from "../suite/contract-context.ts";
import { changed, type FaultyLink } from "./faulty-link.ts";

/** Reads give another value. */
function reading(change: (value: number) => number): FaultyLink["spoil"] {
  return changed((link) => ({ readRegister: async (address) => change(await link.readRegister(address)) }));
}

/** Registers are found elsewhere. */
function addressed(change: (address: number) => number): FaultyLink["spoil"] {
  return changed((link) => ({
    writeRegister: (address, value) => link.writeRegister(change(address), value),
    readRegister: (address) => link.readRegister(change(address)),
  }));
}

/** What a refused access rejects with goes through `handle`, which returns what is done in its place. */
function catching(
  handle: (
    error: unknown,
    operation: "read" | "idle" | "wait" | "list",
    again: () => Promise<unknown>,
  ) => unknown,
): FaultyLink["spoil"] {
  return changed((link) => {
    const wrap = async <T>(kind: Parameters<typeof handle>[1], operation: () => Promise<T>): Promise<T> => {
      try {
        return await operation();
      } catch (error) {
        if ((error as { code?: string }).code !== "E_REGISTER_ACCESS") throw error;
        return (await handle(error, kind, operation)) as T;
      }
    };
    return {
      readRegister: (address) => wrap("read", () => link.readRegister(address)),
      idle: (cycles) => wrap("idle", () => link.idle(cycles)),
      perform: (operations) => wrap("list", () => link.perform(operations)),
      listen: (options) => {
        const listener = link.listen(options);
        return { wait: (limit, signal) => wrap("wait", () => listener.wait(limit, signal)) };
      },
    };
  });
}

function isOfWrite(error: unknown): boolean {
  return (error as Error).message.includes("write of");
}

/** Posted writes go through `queue`; whatever is awaited ends it. */
function posting(post: (link: Link, writes: (readonly [number, number])[]) => void): FaultyLink["spoil"] {
  return changed((link) => {
    const writes: (readonly [number, number])[] = [];
    const flush = () => {
      post(link, writes);
      writes.splice(0);
    };
    const flushed = <A extends unknown[], T>(operation: (...args: A) => Promise<T>) => {
      return (...args: A): Promise<T> => {
        flush();
        return operation(...args);
      };
    };
    return {
      writeRegister: (address, value) => {
        if (address % 4 !== 0 || !(value >= 0 && value < 2 ** 32)) link.writeRegister(address, value);
        writes.push([address, value]);
      },
      readRegister: flushed((address: number) => link.readRegister(address)),
      perform: flushed((operations: readonly Operation[]) => link.perform(operations)),
      idle: flushed((cycles: number) => link.idle(cycles)),
      listen: (options) => {
        const listener = link.listen(options);
        return { wait: flushed((limit: number, signal?: AbortSignal) => listener.wait(limit, signal)) };
      },
    };
  });
}

const badArguments = "refuses an address or a value that is none, and posts nothing";

export const faultyRegisters: readonly FaultyLink[] = [
  {
    name: "values of reads lose their highest bit",
    killer: "reads a register, all 32 bits of it",
    spoil: reading((value) => value & 0x7fff_ffff),
  },
  {
    name: "values of reads are signed",
    killer: "reads a register, all 32 bits of it",
    spoil: reading((value) => value | 0),
  },
  {
    name: "values of writes lose their upper half",
    killer: "reads a register, all 32 bits of it",
    spoil: changed((link) => ({
      writeRegister: (address, value) => {
        link.writeRegister(address, value);
        link.writeRegister(address, value & 0xffff);
      },
    })),
  },
  {
    name: "addresses of registers have 8 bits",
    killer: "reaches each register by all bits of its address",
    spoil: addressed((address) => (Number.isInteger(address) ? address & 0xff : address)),
  },
  {
    name: "posted writes are done in pairs, the second first",
    killer: "keeps the order of posted writes to different registers",
    spoil: posting((link, writes) => {
      for (let at = 0; at < writes.length; at += 2) {
        for (const write of writes.slice(at, at + 2).reverse()) link.writeRegister(...write);
      }
    }),
  },
  {
    name: "posted writes to one register are merged into the last",
    killer: "each rise of the interrupt is an event",
    spoil: posting((link, writes) => {
      const last = new Map(writes);
      for (const write of last) link.writeRegister(...write);
    }),
  },
  {
    name: "posted writes are done in the order of their addresses",
    killer: "keeps the order of posted writes to different registers",
    spoil: posting((link, writes) => {
      for (const write of [...writes].sort(([a], [b]) => a - b)) link.writeRegister(...write);
    }),
  },
  {
    name: "a posted write overtakes a read",
    killer: "keeps the order of posted writes and reads",
    spoil: changed((link) => ({
      readRegister: async (address) => {
        await turn();
        return await link.readRegister(address);
      },
    })),
  },
  {
    name: "a list begins later than what is called after it",
    killer: "lists and operations beside them are done in the order of their calls",
    spoil: changed((link) => ({
      perform: async (operations) => {
        await turn();
        return await link.perform(operations);
      },
    })),
  },
  {
    name: "addresses that are none are rounded",
    killer: badArguments,
    spoil: addressed((address) => Math.max(0, Math.trunc(address / 4) * 4) % 2 ** 30 || 0),
  },
  {
    name: "a bad address of a write is an error of the next operation",
    killer: badArguments,
    spoil: changed((link) => {
      let error: unknown;
      return {
        writeRegister: (address, value) => {
          try {
            link.writeRegister(address, value);
          } catch (caught) {
            error = caught;
          }
        },
        readRegister: async (address) => {
          const earlier = error;
          error = undefined;
          if (earlier !== undefined) throw earlier;
          return await link.readRegister(address);
        },
      };
    }),
  },
  {
    name: "values that do not fit are cut",
    killer: badArguments,
    spoil: changed((link) => ({
      writeRegister: (address, value) => link.writeRegister(address, value >>> 0),
    })),
  },
  {
    name: "a refused read yields 0",
    killer: "reports a refused read, with its address, and goes on",
    spoil: catching((error, kind, again) => {
      if (kind !== "read" || isOfWrite(error)) throw error;
      void again;
      return 0;
    }),
  },
  {
    name: "a refused read ends the link",
    killer: "reports a refused read, with its address, and goes on",
    spoil: changed((link) => {
      let broken: unknown;
      return {
        readRegister: async (address) => {
          if (broken !== undefined) throw broken;
          try {
            return await link.readRegister(address);
          } catch (error) {
            broken = error;
            throw error;
          }
        },
      };
    }),
  },
  {
    name: "a refused access is an error without its address",
    killer: "reports a refused read, with its address, and goes on",
    spoil: catching((error) => {
      throw new Error("the device refused", { cause: error });
    }),
  },
  {
    name: "the error of a posted write is lost",
    killer: "a refused write rejects the next read, once",
    spoil: catching((error, kind, again) => {
      if (!isOfWrite(error) || kind === "list") throw error;
      return again();
    }),
  },
  {
    name: "the error of a posted write is lost in an idle",
    killer: "a refused write rejects the next idle, once",
    spoil: catching((error, kind, again) => {
      if (kind !== "idle") throw error;
      return again();
    }),
  },
  {
    name: "the error of a posted write is lost in a wait",
    killer: "a refused write rejects the next wait for an interrupt, once",
    spoil: catching((error, kind) => {
      if (kind !== "wait") throw error;
      return false;
    }),
  },
  {
    name: "the error of a posted write is reported twice",
    killer: "a refused write rejects the next read, once",
    spoil: changed((link) => {
      let again: unknown;
      return {
        readRegister: async (address) => {
          const error = again;
          again = undefined;
          if (error !== undefined) throw error;
          try {
            return await link.readRegister(address);
          } catch (caught) {
            if (isOfWrite(caught)) again = caught;
            throw caught;
          }
        },
      };
    }),
  },
  {
    name: "the error of a posted write is sticky",
    killer: "a refused write rejects the next idle, once",
    spoil: changed((link) => {
      let broken: unknown;
      return {
        idle: async (cycles) => {
          if (broken !== undefined) throw broken;
          await link.idle(cycles).catch((error) => {
            broken = error;
            throw error;
          });
        },
      };
    }),
  },
  {
    name: "the error of a posted write rejects a read that was asked before it",
    killer: "a refused write rejects the next read, once",
    spoil: changed((link) => {
      let refused: number | undefined;
      return {
        writeRegister: (address, value) => {
          if (address >= REGISTER_SPACE_BYTES) refused ??= address;
          else link.writeRegister(address, value);
        },
        readRegister: async (address) => {
          const value = await link.readRegister(address);
          await turn();
          const at = refused;
          refused = undefined;
          if (at !== undefined)
            throw new RegisterAccessError(link.name, "write", at, "the device answered SLVERR");
          return value;
        },
      };
    }),
  },
  {
    name: "of several refused writes the last is reported",
    killer: "of several refused writes the first is reported",
    spoil: posting((link, writes) => {
      const refused = writes.filter(([address]) => address >= REGISTER_SPACE_BYTES);
      for (const write of writes) if (!refused.slice(0, -1).includes(write)) link.writeRegister(...write);
    }),
  },
  {
    name: "what is posted after a refused write is dropped",
    killer: "a refused write rejects the next read, once",
    spoil: posting((link, writes) => {
      const refused = writes.findIndex(([address]) => address >= REGISTER_SPACE_BYTES);
      for (const write of refused < 0 ? writes : writes.slice(0, refused + 1)) link.writeRegister(...write);
    }),
  },
  {
    name: "a read that is asked while another is under way gets the answer of that",
    killer: "reads that are asked at once are answered each with its own",
    spoil: changed((link) => {
      let underWay: Promise<number> | undefined;
      return {
        readRegister: async (address) => {
          if (underWay !== undefined && address % 4 === 0) return await underWay;
          underWay = link.readRegister(address);
          try {
            return await underWay;
          } finally {
            underWay = undefined;
          }
        },
      };
    }),
  },
  {
    name: "errors do not name the link",
    killer: "reports a refused read, with its address, and goes on",
    spoil: changed((link) => ({ name: `another than ${link.name}` })),
  },
];
