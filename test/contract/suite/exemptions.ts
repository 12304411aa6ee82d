import { expect } from "vitest";
import { WindowError } from "../../../src/bus/errors.ts";
import type { Operation } from "../../../src/bus/link.ts";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { done, expectBytes, pattern, rejection, turn } from "./contract-context.ts";
import type { Exemption } from "./contract-test.ts";

/** Host time in which a clock that moves by itself is seen to move. */
const WATCH_MS = 3;

async function hostTimePasses(): Promise<void> {
  for (const start = performance.now(); performance.now() - start < WATCH_MS; ) await turn();
}

export const isStepped: Exemption = {
  reason: "traits.time is stepped",
  applies: ({ time }) => time === "stepped",
  async holds({ link }) {
    expect(link.clock.kind).toBe("simulated");
    const before = link.clock.cycle;
    await hostTimePasses();
    expect(link.clock.cycle, "time moved while nobody waited").toBe(before);
  },
};

export const isWall: Exemption = {
  reason: "traits.time is wall",
  applies: ({ time }) => time === "wall",
  async holds({ link }) {
    expect(link.clock.kind).toBe("wall");
    const before = link.clock.cycle;
    await hostTimePasses();
    expect(link.clock.cycle, "time stood still").toBeGreaterThan(before);
  },
};

export const isMessage: Exemption = {
  reason: "traits.interrupts is message",
  applies: ({ interrupts }) => interrupts === "message",
  async holds(context) {
    context.enable();
    context.raise();
    expect(await context.interrupt.wait(context.patience())).toBe(true);
    expect(await context.interrupt.wait(context.quiet), "a line that stays high is no message").toBe(false);
  },
};

export const isLevel: Exemption = {
  reason: "traits.interrupts is level",
  applies: ({ interrupts }) => interrupts === "level",
  async holds(context) {
    context.enable();
    context.raise();
    expect(await context.interrupt.wait(context.patience())).toBe(true);
    expect(await context.interrupt.wait(context.patience()), "the line is still high").toBe(true);
    context.clear();
    context.raise();
    context.clear();
    await context.barrier();
    expect(await context.interrupt.wait(context.quiet), "the line is low").toBe(false);
  },
};

export const isUnchecked: Exemption = {
  reason: "traits.windows is unchecked",
  applies: ({ windows }) => windows === "unchecked",
  async holds(context) {
    const { logical } = context.place(0, 64);
    expect(await context.move("h2c", logical, 64)).toEqual(done);
  },
};

export const reportsNoFaults: Exemption = {
  reason: "traits.windows.reportsFaults is false",
  applies: ({ windows }) => windows === "unchecked" || !windows.reportsFaults,
  async holds(context) {
    await context.move("h2c", context.place(0, 64).logical, 64);
    expect(context.events.filter(({ kind }) => kind === "fault")).toEqual([]);
  },
};

export const allowsBoth: Exemption = {
  reason: "a page that is mapped allows both directions",
  applies: (_traits, { rights }) => rights === "both",
  async holds(context) {
    const sent = pattern(64, 1);
    await context.load(sent);
    const place = context.place(0x1_0000, 64);
    place.open("read");
    expect(await context.move("c2h", place.logical, 64)).toEqual(done);
    expectBytes(place.bytes, sent);
  },
};

export const keepsFirstRights: Exemption = {
  reason: "a page that is mapped keeps the rights of its first window",
  applies: (_traits, { rights }) => rights === "strict",
  async holds(context) {
    const place = context.place(0x1_0000, 64);
    const window = place.open("read");
    expect(() => place.open("read-write")).toThrow(WindowError);
    place.open("read").close();
    window.close();
    place.open("read-write").close();
  },
};

export const isSilent: Exemption = {
  reason: "traits.registerErrors is silent",
  applies: ({ registerErrors }) => registerErrors === "silent",
  async holds({ link }) {
    expect(await link.readRegister(REGISTER_SPACE_BYTES)).toBe(0xffff_ffff);
    link.writeRegister(REGISTER_SPACE_BYTES, 1);
    expect(await link.readRegister(REGISTER_SPACE_BYTES)).toBe(0xffff_ffff);
  },
};

export const observesNothing: Exemption = {
  reason: "traits.observes is nothing",
  applies: ({ observes }) => observes === "nothing",
  async holds(context) {
    await context.load(pattern(64, 1));
    expect(context.events.filter(({ kind }) => kind.startsWith("access"))).toEqual([]);
  },
};

export const hasNoErrors: Exemption = {
  reason: "traits.errors is false",
  applies: ({ errors }) => !errors,
  async holds({ link }) {
    expect(link.errors).toBeUndefined();
  },
};

export const hasNoWaves: Exemption = {
  reason: "traits.waves is false",
  applies: ({ waves }) => !waves,
  async holds({ link }) {
    expect(link.waves).toBeUndefined();
  },
};

export const hasNoSignals: Exemption = {
  reason: "traits.signals is false",
  applies: ({ signals }) => !signals,
  async holds({ link }) {
    expect(link.signals).toBeUndefined();
  },
};

export const isNarrow: Exemption = {
  reason: "traits.registerBits is 32",
  applies: ({ registerBits }) => registerBits === 32,
  async holds({ link, registers }) {
    registers.global.write("SCRATCH", 5);
    const address = registers.h2c.addressOf("HOST_ADDRESS_LOW");
    const write: Operation = { kind: "write", address, value: 1n, width: 64 };
    const before = [6, 7].map((value): Operation => {
      return { kind: "write", address: registers.global.addressOf("SCRATCH"), value };
    });
    for (const wide of [write, { kind: "read", address, width: 64 }] as const) {
      const error = await rejection(link.perform([...before, wide]));
      expect(error, `a list with a ${wide.kind} of 64 bits`).toBeInstanceOf(RangeError);
      expect(await registers.global.read("SCRATCH"), "what stood before it in the list").toBe(5);
      expect(await link.readRegister(address)).toBe(0);
    }
    expect(await link.perform([{ kind: "read", address, width: 32 }])).toEqual([0]);
  },
};

export const isForOne: Exemption = {
  reason: "traits.users is one",
  applies: ({ users }) => users === "one",
  async holds(context) {
    await context.barrier();
    // The second is refused, or it takes the device from the first.
    const second = await context.beside().catch(() => undefined);
    if (second === undefined) return;
    await expect(context.barrier(), "two links reach the device at the same time").rejects.toThrow();
  },
};

export const checksNoRules: Exemption = {
  reason: "traits.busRules is false",
  applies: ({ busRules }) => !busRules,
};

export const hasNoBreaker: Exemption = {
  reason: "no device of a test breaks a rule",
  applies: (_traits, { breaker }) => breaker === undefined,
};

export const hasNoSeveral: Exemption = {
  reason: "no device of a test has several interrupts",
  applies: (_traits, { several }) => several === undefined,
  async holds({ link }) {
    expect(link.traits.vectors).toBe(1);
  },
};

export const cannotBeMuted: Exemption = {
  reason: "the device cannot be kept from answering",
  applies: (_traits, { mute }) => mute === undefined,
};

export const cannotBeLost: Exemption = {
  reason: "the link cannot be lost on purpose",
  applies: (_traits, { lose }) => lose === undefined,
};

export const hostCannotSleep: Exemption = {
  reason: "its host cannot be put to sleep",
  applies: (_traits, { sleepHost }) => sleepHost === undefined,
};

/** All that have something to hold, so that each is held where it applies, whatever it leaves out. */
export const exemptions: readonly Exemption[] = [
  ...[isStepped, isWall, isMessage, isLevel, isUnchecked, reportsNoFaults, isSilent, observesNothing],
  ...[
    allowsBoth,
    keepsFirstRights,
    hasNoErrors,
    hasNoWaves,
    hasNoSignals,
    isNarrow,
    isForOne,
    checksNoRules,
    hasNoBreaker,
    hasNoSeveral,
    cannotBeLost,
    cannotBeMuted,
    hostCannotSleep,
  ],
];
