import fc from "fast-check";

/** Parts of names that mean something to a shell, a URL, Verilog, a makefile, a script of Yosys, or JavaScript. */
const parts = [
  ..." #?%'\";$`{}[]()*&@,|\\:<>~!=+^\t",
  ...["a", "B1", "ü", "日本", "%20", "%41", "$HOME", "$(x)", "..", "--", ".gz", "-I"],
  ...["constructor", "__proto__", "node_modules", "hilt-sources", ":12:"],
];

/** A name that a folder may have. */
export const folderName: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 })
  .map((chosen) => chosen.join(""))
  .filter((name) => name !== ".." && name !== ".");

/** Everything at once. */
export const worstName = ` ${parts.join("")} `;
