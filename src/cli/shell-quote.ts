/** A word of a command line, for bash, zsh and other shells that know `$'...'`, which control characters need. */
export function shellQuote(text: string): string {
  if (/^[\w./-]+$/.test(text)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about.
  const controls = /[\u0000-\u001f\u007f-\u009f]/g;
  if (!controls.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const quoted = text.replace(/[\\']/g, "\\$&").replace(controls, codeOf);
  return `$'${quoted}'`;
}

function codeOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
