import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link } from "../../../src/bus/link.ts";
import type { OpenWindow, WindowTable } from "../../../src/bus/window.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import type { SoundLinkName } from "./sound-links.ts";

/** A mutant of the suite: a link that breaks the contract in one place, and the test that must notice. */
export interface FaultyLink {
  readonly name: string;
  /** The beginning of the name of the test that kills it. */
  readonly killer: string;
  /** What is spoilt; by default the built-in engine's link. */
  readonly from?: SoundLinkName;
  /** The sound link on which the killer passes, where that is another. */
  readonly holdsOn?: SoundLinkName;
  spoil(sound: ContractLink): ContractLink;
}

type Replacement<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** `target` with some members replaced; its own methods see the original. */
export function replaced<T extends object>(target: T, members: Replacement<T>): T {
  return new Proxy(target, {
    get: (_, key) => {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    has: (_, key) => key in target || key in members,
  });
}

/** Each link that is opened has the members that `change` gives for it in place of its own. */
export function changed(change: (link: Link) => Replacement<Link>): FaultyLink["spoil"] {
  const spoilt = async (opening: Promise<Link>): Promise<Link> => {
    const link = await opening;
    return replaced(link, change(link));
  };
  return (sound) => ({
    ...sound,
    open: (seed) => spoilt(sound.open(seed)),
    beside: () => spoilt((sound.beside ?? sound.open)()),
    ...(sound.breaker === undefined ? {} : { breaker: () => spoilt(sound.breaker!()) }),
    ...(sound.several === undefined ? {} : { several: () => spoilt(sound.several!()) }),
  });
}

export type Wait = InterruptListener["wait"];

/** The windows of `link`, each of which is closed by what `close` gives when it is opened. */
export function closedBy(link: Link, close: (window: OpenWindow) => () => void): WindowTable {
  return replaced(link.windows, {
    open: (asked) => {
      const window = link.windows.open(asked);
      return replaced(window, { close: close(window) });
    },
  });
}

/** The listeners of `link`, each of which waits as `change` gives for it. */
export function waitingAs(link: Link, change: (wait: Wait) => Wait): Link["listen"] {
  return (options) => {
    const listener = link.listen(options);
    return { wait: change((cycles, signal) => listener.wait(cycles, signal)) };
  };
}

/** Whether the interrupt line is high, as the events of `link` say. */
export function lineOf(link: Link): () => boolean {
  let isHigh = false;
  link.onEvent((event) => {
    if (event.kind === "interrupt") isHigh = event.asserted;
  });
  return () => isHigh;
}

/** Traits that are not so. */
export function claiming(traits: Partial<Link["traits"]>): FaultyLink["spoil"] {
  return changed((link) => ({ traits: { ...link.traits, ...traits } }));
}
