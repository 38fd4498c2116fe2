/** A registry's file is not what it should be: it is refused whole, and the list in force stays. */
export class RegistryFileRefused extends Error {
  override readonly name = 'RegistryFileRefused';
}
