/** A message that cannot be composed or sent as given; the text names the part and the rule, never the person's data. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}
