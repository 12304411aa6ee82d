import { existsSync } from "node:fs";
import { expect } from "vitest";
import type { LinkEvent } from "../../../src/bus/event.ts";
import { expectBytes, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { checksNoRules, hasNoBreaker, hasNoWaves, isForOne } from "./exemptions.ts";

function isViolation(event: LinkEvent): event is Extract<LinkEvent, { kind: "violation" }> {
  return event.kind === "violation";
}

export const traitTests: readonly ContractTest[] = [
  {
    name: "members are there exactly where the traits say so",
    async run({ link }) {
      const { traits } = link;
      expect(link.errors !== undefined).toBe(traits.errors);
      expect(link.waves !== undefined).toBe(traits.waves);
      expect(link.signals !== undefined).toBe(traits.signals);
      for (const member of ["readRegister64", "writeRegister64"] as const) {
        expect(member in link, member).toBe(traits.registerBits === 64);
        expect(typeof link[member]).toBe(traits.registerBits === 64 ? "function" : "undefined");
      }
      expect(["stepped", "wall"]).toContain(traits.time);
      expect(["level", "message"]).toContain(traits.interrupts);
      expect(["reported", "silent"]).toContain(traits.registerErrors);
      expect(["bursts", "requests", "nothing"]).toContain(traits.observes);
      expect(["many", "one"]).toContain(traits.users);
      expect(link.clock.kind).toBe(traits.time === "stepped" ? "simulated" : "wall");
      if (traits.windows === "unchecked") return;
      const { readUnit, writeUnit } = traits.windows;
      for (const unit of [readUnit, writeUnit])
        expect([1, 4, 8, 16, 32, 64, 4096], `a unit of ${unit} bytes`).toContain(unit);
    },
  },
  {
    name: "what a link is like does not change",
    async run(context) {
      const { link } = context;
      const before = structuredClone({ traits: link.traits, pace: link.pace, name: link.name });
      expect(link.name).toMatch(/\S/);
      for (const figure of [link.pace.accessMs, link.pace.bytesPerSecond]) {
        expect(figure).toBeGreaterThan(0);
        expect(Number.isFinite(figure)).toBe(true);
      }
      await context.load(pattern(64, 1));
      const next = await context.next();
      expect({ traits: link.traits, pace: link.pace, name: link.name }).toEqual(before);
      expect(next.link.traits).toEqual(before.traits);
    },
  },
  {
    name: "waves are a whole file once the link is closed, with signals and times",
    unless: [hasNoWaves],
    async run(context) {
      const waves = context.link.waves!;
      await context.load(pattern(64, 2));
      await context.link[Symbol.asyncDispose]();
      expect(waves.hasBegun).toBe(true);
      expect(existsSync(waves.file)).toBe(true);
      expect(waves.groups.flatMap(({ signals }) => signals).length).toBeGreaterThan(0);
      expect(waves.timeOf(100)).toBeGreaterThan(waves.timeOf(99));
    },
  },
  {
    name: "a broken rule of the bus is an event, with rule, address and cycle",
    unless: [checksNoRules, hasNoBreaker],
    async run(context) {
      await context.load(pattern(64, 5));
      expect(context.events.filter(isViolation), "our device keeps the rules").toEqual([]);
      const link = await context.breaker();
      const events: LinkEvent[] = [];
      link.onEvent((event) => events.push(event));
      expect(await link.readRegister(0)).toBe(7);
      expect(events.filter(isViolation), "before a rule is broken").toEqual([]);
      const start = link.clock.cycle;
      link.writeRegister(0, 1);
      expect(await link.readRegister(0)).toBe(7);
      await link.idle(100);
      const [violation, ...others] = events.filter(isViolation);
      expect(others).toEqual([]);
      expect(violation).toMatchObject({ rule: "AXI_READ_4KIB", address: 0x5ff8n });
      expect(violation?.cycle).toBeGreaterThanOrEqual(start);
      expect(violation?.cycle).toBeLessThanOrEqual(link.clock.cycle);
    },
  },
  {
    name: "links for many users are apart: two are open at the same time",
    unless: [isForOne],
    async run(context) {
      const other = await context.beside();
      context.registers.global.write("SCRATCH", 1);
      other.registers.global.write("SCRATCH", 2);
      context.enable();
      context.raise();
      expect(await context.registers.global.read("SCRATCH")).toBe(1);
      expect(await other.registers.global.read("SCRATCH")).toBe(2);
      expect(await other.interrupt.wait(other.quiet)).toBe(false);
      await other.load(pattern(64, 3));
      await context.load(pattern(64, 4));
      expectBytes(await other.unload(64), pattern(64, 3));
      expectBytes(await context.unload(64), pattern(64, 4));
      await other.link[Symbol.asyncDispose]();
      expect(await context.registers.global.read("SCRATCH")).toBe(1);
    },
  },
];
