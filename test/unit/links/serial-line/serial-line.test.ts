import { describe, test } from "vitest";
import { PolledPort } from "../../../../src/links/uart/polled-port.ts";
import { SerialLine } from "../../../../src/links/uart/serial-line.ts";
import { polledPortRules } from "./polled-port-rules.ts";
import { untilWithin } from "./rules.ts";
import { serialLineRules } from "./serial-line-rules.ts";

const until = untilWithin(60_000);

describe("a port that is read and written when the kernel says so", () => {
  test.each(polledPortRules)("$name", ({ check }) => check(PolledPort, until));
});

describe("a serial line", () => {
  test.each(serialLineRules)("$name", ({ check }) => check(SerialLine, until));
});
