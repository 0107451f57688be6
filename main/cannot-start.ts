/** Something that a person must mend before the kiosk can start; its message says what and how. The host prints it and exits with 1. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
