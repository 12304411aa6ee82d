/** Measures one part of `npm run bench` and writes its figures, as JSON, to a file: `part.ts NAME CACHE FILE`. */
import { writeFileSync } from "node:fs";
import { parts } from "./parts.ts";

const [name = "", cacheDirectory = "", file = ""] = process.argv.slice(2);
const figures = await parts.get(name)?.(cacheDirectory);
writeFileSync(file, JSON.stringify(figures));
