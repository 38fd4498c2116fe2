/** Whether an address that somebody else may have written leads to a page of this console, as a browser reads it: blanks and backslashes, too. */
export function isOwnAddress(address: string | undefined): address is string {
  const here = 'http://here.invalid';
  return address?.startsWith('/') === true && URL.canParse(address, here) && new URL(address, here).origin === here;
}
