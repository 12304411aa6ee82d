import { connected } from "./connected.ts";
import { describeLinkContract } from "./link-contract.ts";

/**
 * What a fresh device and the end of one promise, where each test has a simulator of its own; the rest of the contract is
 * the same code as with a reset.
 */
const link = connected("target", {
  ...{ link: "cocotb", simulator: "icarus", python: ".cache/python", stallSeconds: 120, fresh: "restart" },
});

describeLinkContract("Icarus under cocotb, fresh by restart", link.open, link, (name) =>
  /^fresh: |dispose|rejects what is parked/.test(name),
);
