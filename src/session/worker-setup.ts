import { beforeAll, expect, inject } from "vitest";
import "./run-context.ts";
import { noteActivity } from "./worker-activity.ts";

// Runs before each bench is loaded: a bench that never ends loading is told from one whose test never ends.
const loading = noteActivity(inject("hilt").workersDirectory, expect.getState().testPath ?? "");
beforeAll(() => loading[Symbol.dispose]());
