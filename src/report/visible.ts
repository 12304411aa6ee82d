/**
 * Text of others, such as a test's name or what it has printed, for a terminal: colours are left out, and a control
 * character is shown as its code, so that no text can do anything to the screen. Lines and tabs stay.
 */
export function visible(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are written with.
      .replace(/\u001b\[[0-9;]*m/g, "")
      .replaceAll("\r\n", "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, codeOf)
  );
}

function codeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}
