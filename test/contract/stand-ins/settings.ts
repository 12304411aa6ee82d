import { z } from "zod";
import type { Shape } from "../../../src/links/schema-terms.ts";
import { type StandInName, standInNames } from "./stand-ins.ts";

/** A target of a configuration that is a stand-in. */
export interface StandInSettings {
  readonly as: StandInName;
}

export const shape: Shape<StandInSettings> = { as: z.enum(standInNames).describe("Which stand-in.") };
