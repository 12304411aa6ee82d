import { InterruptTimeoutError, RegisterAccessError } from "../../../src/bus/errors.ts";
import type { Link, Operation } from "../../../src/bus/link.ts";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { changed, type FaultyLink } from "./faulty-link.ts";

const performing = (perform: (link: Link, operations: readonly Operation[]) => Promise<number[]>) =>
  changed((link) => ({ perform: (operations) => perform(link, operations) }));

/** The error of a write that was posted before the list. */
function isEarlier(error: unknown, operations: readonly Operation[]): boolean {
  return (
    error instanceof RegisterAccessError &&
    error.message.includes("write of") &&
    !operations.some(
      ({ kind, ...rest }) => kind === "write" && "address" in rest && rest.address === error.address,
    )
  );
}

export const faultyLists: readonly FaultyLink[] = [
  ...[false, true].map(
    (hasWait): FaultyLink => ({
      name: `the error of a posted write is lost in a list with${hasWait ? "" : "out"} a wait`,
      killer: `a refused write rejects the next list${hasWait ? " with a wait" : ""}, once`,
      spoil: performing((link, operations) =>
        link.perform(operations).catch((error) => {
          const isLost = operations.some(({ kind }) => kind === "wait") === hasWait;
          if (!isLost || !isEarlier(error, operations)) throw error;
          return link.perform(operations);
        }),
      ),
    }),
  ),
  {
    name: "a list yields what its reads gave, and nothing for its waits",
    killer: "a list does its operations in order",
    spoil: performing(async (link, operations) => {
      const values = await link.perform(operations);
      const asked = operations.filter(({ kind }) => kind !== "write");
      return values.filter((_, index) => asked[index]?.kind === "read");
    }),
  },
  {
    name: "a list yields 0 for its writes, too",
    killer: "a list does its operations in order",
    spoil: performing(async (link, operations) => {
      const values = await link.perform(operations);
      return operations.map(({ kind }) => (kind === "write" ? 0 : (values.shift() as number)));
    }),
  },
  {
    name: "a list does its writes first",
    killer: "a list does its operations in order",
    spoil: performing((link, operations) => {
      const isWrite = ({ kind }: Operation) => kind === "write";
      const rest = operations.filter((each) => !isWrite(each));
      return link.perform([...operations.filter(isWrite), ...rest]);
    }),
  },
  {
    name: "a list goes on after its own error",
    killer: "a list rejects with the error of its own read; what follows in it is not done",
    spoil: performing(async (link, operations) => {
      const values: number[] = [];
      let first: unknown;
      for (const each of operations) {
        const found = await link.perform([each]).catch((error) => {
          first ??= error;
          return [];
        });
        values.push(...found);
      }
      if (first !== undefined) throw first;
      return values;
    }),
  },
  {
    name: "a list yields what it read before its error",
    killer: "a list rejects with the error of its own read; what follows in it is not done",
    spoil: performing(async (link, operations) => {
      const values: number[] = [];
      for (const each of operations) {
        try {
          values.push(...(await link.perform([each])));
        } catch {
          return values;
        }
      }
      return values;
    }),
  },
  {
    name: "a list that ends with a wait swallows the error of its own write",
    killer: "a list rejects with the error of its own write, also when it ends with a wait",
    spoil: performing((link, operations) =>
      link.perform(operations).catch((error) => {
        if (operations.at(-1)?.kind !== "wait") throw error;
        return [1];
      }),
    ),
  },
  {
    name: "the refused write of a list is reported again after it",
    killer: "a list rejects with the error of its own write, also when it ends with a wait",
    spoil: performing((link, operations) =>
      link.perform(operations).catch((error) => {
        link.writeRegister(REGISTER_SPACE_BYTES + 4, 0);
        throw error;
      }),
    ),
  },
  {
    name: "the refused write at the end of a list is never reported",
    killer: "the refused write of a list that waits for nothing is reported once",
    spoil: performing(async (link, operations) => {
      const values = await link.perform(operations);
      if (operations.at(-1)?.kind === "write") await link.readRegister(0).catch(() => undefined);
      return values;
    }),
  },
  {
    name: "a wait of a list that expires is an exception",
    killer: "a wait in a list that expires yields 0 and the list goes on",
    spoil: performing(async (link, operations) => {
      const values = await link.perform(operations);
      const asked = operations.filter(({ kind }) => kind !== "write");
      if (asked.some(({ kind }, index) => kind === "wait" && values[index] === 0))
        throw new InterruptTimeoutError(link.name, 0, "nothing");
      return values;
    }),
  },
  {
    name: "a list ends with a wait that expires",
    killer: "a wait in a list that expires yields 0 and the list goes on",
    spoil: performing(async (link, operations) => {
      const values: number[] = [];
      for (const each of operations) {
        const [value] = await link.perform([each]);
        if (value !== undefined) values.push(value);
        if (each.kind === "wait" && value === 0) break;
      }
      return values;
    }),
  },
  {
    name: "a wait of a list yields 1 whatever came",
    killer: "a wait in a list that expires yields 0 and the list goes on",
    spoil: performing(async (link, operations) => {
      const values = await link.perform(operations);
      const asked = operations.filter(({ kind }) => kind !== "write");
      return values.map((value, index) => (asked[index]?.kind === "wait" ? 1 : value));
    }),
  },
  {
    name: "the latch of lists is the link's",
    killer: "a list's latch begins with it",
    from: "message",
    spoil: changed((link) => {
      const latch = link.listen();
      return {
        perform: async (operations) => {
          const values: number[] = [];
          for (const each of operations) {
            if (each.kind === "wait") values.push((await latch.wait(each.limitCycles)) ? 1 : 0);
            else values.push(...(await link.perform([each])));
          }
          return values;
        },
      };
    }),
  },
  {
    name: "a list takes a rise from the waits that are parked",
    killer: "a wait that was parked before a list is met by a rise in it, when it is over",
    spoil: changed((link) => {
      let lists = 0;
      return {
        perform: async (operations) => {
          lists++;
          return await link.perform(operations);
        },
        listen: (options) => {
          const listener = link.listen(options);
          return {
            wait: async (limit, signal) => {
              const before = lists;
              return (await listener.wait(limit, signal)) && lists === before;
            },
          };
        },
      };
    }),
  },
  {
    name: "the waits of a list take ten times as long",
    killer: "a wait in a list that expires yields 0 and the list goes on",
    spoil: performing((link, operations) =>
      link.perform(
        operations.map((each) =>
          each.kind === "wait" ? { ...each, limitCycles: 10 * each.limitCycles } : each,
        ),
      ),
    ),
  },
  {
    name: "the latch of a list begins with each of its waits",
    killer: "a message that comes during a list is kept for its next wait, once",
    from: "message",
    spoil: performing(async (link, operations) => {
      const values: number[] = [];
      for (const each of operations) values.push(...(await link.perform([each])));
      return values;
    }),
  },
  {
    name: "a pulse during a list is a level that stays",
    killer: "a level that has fallen again during a list does not end its next wait",
    spoil: changed((link) => {
      let hasRisen = false;
      link.onEvent((event) => {
        hasRisen ||= event.kind === "interrupt";
      });
      return {
        perform: async (operations) => {
          hasRisen = false;
          const values = await link.perform(operations);
          const asked = operations.filter(({ kind }) => kind !== "write");
          return values.map((value, index) => (asked[index]?.kind === "wait" && hasRisen ? 1 : value));
        },
      };
    }),
  },
];
