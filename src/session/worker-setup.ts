import { afterAll, beforeAll, expect, inject } from "vitest";
import "./run-context.ts";
import { dropActivity, noteActivity } from "./worker-activity.ts";

// Runs before each bench is loaded: a bench that never ends loading is told from one whose test or hook never ends.
const { workersDirectory } = inject("hilt");
const file = expect.getState().testPath ?? "";
noteActivity(workersDirectory, file, "loading");
beforeAll(() => noteActivity(workersDirectory, file, "hook"));
afterAll(() => dropActivity(workersDirectory));
