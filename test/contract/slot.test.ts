import { describeTargetContract } from "./connected.ts";

/** The whole contract on a simulated slot: vfio-user, a PCI function, and the controller in Verilog in another process. */
describeTargetContract("a simulated slot", { link: "slot" });
