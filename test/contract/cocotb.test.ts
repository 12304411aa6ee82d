import { connected } from "./connected.ts";
import { describeLinkContract } from "./link-contract.ts";

/** The whole contract on Icarus under cocotb, in a process of its own. */
const link = connected("target", {
  link: "cocotb",
  simulator: "icarus",
  python: ".cache/python",
  stallSeconds: 120,
});

describeLinkContract("Icarus under cocotb, fresh by reset", link.open, link);
