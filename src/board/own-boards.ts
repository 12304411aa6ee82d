import { fileURLToPath } from "node:url";

/** The folder of the boards that come with hilt, the same from `src` and from `dist`. */
export const BOARDS: string = fileURLToPath(new URL("../../boards", import.meta.url));
