/** Ids of terminals and runs. They follow from the command that starts them, so that it starts one, however often it is run; and from its machine, because an id of a command is one only there. */

/** SHA-256 (hex) of a text's UTF-8 bytes. The contract imports nothing, so callers pass it in. */
type Sha256 = (text: string) => string;

const lengthOfId = 32;

/** The id of the terminal or run that a command starts on a machine. */
export function sessionOfCommand(machine: string, command: string, sha256: Sha256): string {
  return sha256(`sallyport session ${machine} ${command}`).slice(0, lengthOfId);
}
