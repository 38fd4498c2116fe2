/** Why a file is no table of contacts, in the words of the record, and in one line for the person who gave it. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly failure: 'unreadable' | 'encoding' | 'no_header';

  constructor(failure: Unreadable['failure'], message: string) {
    super(message);
    this.failure = failure;
  }
}
