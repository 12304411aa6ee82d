import fc from "fast-check";

// A smaller counterexample would tell nobody anything: that there is one suffices.
fc.configureGlobal({ numRuns: Number(process.env["HILT_PROPERTY_RUNS"]), endOnFailure: true });
