import { connected } from "./connected.ts";
import { describeLinkContract } from "./link-contract.ts";

/** The whole contract on the controller alone, with the models of cocotbext-axi for a host. */
const link = connected("target", {
  ...{
    link: "cocotb",
    simulator: "icarus",
    python: ".cache/python",
    stallSeconds: 120,
    host: "cocotbext-axi",
  },
});

describeLinkContract("Icarus under cocotb, with the models of cocotbext-axi", link.open, link);
