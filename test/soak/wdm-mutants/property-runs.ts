import fc from "fast-check";

fc.configureGlobal({ numRuns: Number(process.env["HILT_PROPERTY_RUNS"]) });
