import type { LinkEvent, ListenOptions } from "../../../src/bus/event.ts";
import type { Link } from "../../../src/bus/link.ts";
import { changed, type FaultyLink } from "./faulty-link.ts";

/** What a listener hears goes through `change`; of an event that becomes several, each is heard. */
function hearing(
  change: (event: LinkEvent, options: ListenOptions, link: Link) => readonly LinkEvent[],
): FaultyLink["spoil"] {
  return changed((link) => ({
    onEvent: (listener, options = {}) =>
      link.onEvent(
        (event) => {
          for (const each of change(event, options, link)) listener(each);
        },
        { bytes: true },
      ),
  }));
}

/** Only for who asks. */
function writing(
  change: (
    event: Extract<LinkEvent, { kind: "written" }>,
    link: Link,
  ) => readonly Extract<LinkEvent, { kind: "written" }>[],
): FaultyLink["spoil"] {
  return hearing((event, { bytes = false }, link) => {
    if (event.kind !== "written") return [event];
    return bytes ? change(event, link) : [];
  });
}

const every = "every byte that the device writes, and no other";

/** Of what the device writes. */
export const faultyBytes: readonly FaultyLink[] = [
  { name: "no bytes are ever reported", killer: every, spoil: writing(() => []) },
  {
    name: "the last byte of what was written is missing",
    killer: every,
    spoil: writing((event) => [{ ...event, bytes: event.bytes.subarray(0, -1) }]),
  },
  { name: "what was written is reported twice", killer: every, spoil: writing((event) => [event, event]) },
  {
    name: "bytes are reported for whole bus words, written or not",
    killer: every,
    spoil: writing((event, { memory }) => {
      const from = event.address - (event.address % 8n);
      const to = ((event.address + BigInt(event.bytes.length) + 7n) / 8n) * 8n;
      const bytes = Uint8Array.from(memory.view(from as never, Number(to - from)));
      return [{ ...event, address: from as typeof event.address, bytes }];
    }),
  },
  {
    name: "bytes are reported only when the next ones come",
    killer: "what has been written is an event before the host can see it",
    spoil: (() => {
      let late: Extract<LinkEvent, { kind: "written" }>[] = [];
      return writing((event) => {
        const due = late;
        late = [event];
        return due;
      });
    })(),
  },
  {
    name: "the bytes of an event are those of the memory, which change",
    killer: "what is written twice is two events, each with its bytes",
    spoil: writing((event, { memory }) => [
      { ...event, bytes: memory.view(event.address as never, event.bytes.length) },
    ]),
  },
  {
    name: "bytes are reported to everybody",
    killer: "bytes are for listeners that ask for them",
    spoil: hearing((event) => [event]),
  },
  {
    name: "a listener that was removed goes on to hear of bytes",
    killer: "bytes are for listeners that ask for them",
    spoil: changed((link) => ({
      onEvent: (listener, options = {}) => {
        const remove = link.onEvent(listener, options);
        return options.bytes === true ? () => undefined : remove;
      },
    })),
  },
];
