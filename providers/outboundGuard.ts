import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** An address that somebody typed must not make us knock at what only we can reach. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
}

export interface OutboundGuard {
  /**
   * The address at which to connect to the host. Whoever connects takes this address and not the name: a name that is resolved twice may be
   * another machine's the second time. Throws OutboundRefused, or the resolver's error.
   */
  addressOf(host: string): Promise<string>;
  /** Why the host is refused as it stands, without a resolver: when somebody types it in. Null: perhaps it is not. */
  refusalOf(host: string): string | null;
}

export type Resolve = (host: string) => Promise<readonly string[]>;

/** Special-purpose addresses, which no stranger's server has (RFC 6890 and its registries, RFC 5735, RFC 6598, RFC 1112). */
const inside4 = listOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]);
/** Of IPv6 only what is given out for the internet (RFC 4291, 2.4), … */
const global6 = listOf(['2000::/3']);
/** … but for documentation, and tunnels that hold an IPv4 address of whoever's choice (Teredo, ORCHID, 6to4). */
const inside6 = listOf(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** `allowed`: addresses and networks that an operator lets in all the same. */
export function outboundGuard(allowed: readonly string[], resolve: Resolve = byName): OutboundGuard {
  const listed = listOf(allowed);

  function isRefused(address: string): boolean {
    const plain = unmapped(address);
    const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
    if (listed.check(plain, family)) return false;
    return family === 'ipv4' ? inside4.check(plain, family) : !global6.check(plain, family) || inside6.check(plain, family);
  }

  return {
    async addressOf(host) {
      const literal = literalIn(host);
      const addresses = literal === null ? await resolve(host) : [literal];
      const [first] = addresses;
      if (first === undefined) throw new OutboundRefused(`The name ${host} has no address.`);
      // One that leads inside among others is a trick: which of them is taken is for whoever answers the name to choose.
      if (addresses.some((address) => isRefused(address))) throw new OutboundRefused(refusal(host));
      return unmapped(first);
    },
    refusalOf(host) {
      const literal = literalIn(host);
      const isHere = /(?:^|\.)localhost\.?$/i.test(host) && isRefused('127.0.0.1');
      return isHere || (literal !== null && isRefused(literal)) ? refusal(host) : null;
    },
  };
}

function refusal(host: string): string {
  return `${host} leads to an address inside the operator's own network: only an operator can allow it, in OUTBOUND_ALLOWED.`;
}

/** Every address of the name; IPv4 first, because many a network has nothing else. */
async function byName(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}

/** The address that the host is without being resolved, in one of the spellings that resolvers and browsers take: `[::1]`, `127.1`, `0x7f000001`. */
function literalIn(host: string): string | null {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (isIP(bare) !== 0) return bare;
  if (!/^[\da-fx.]+$/i.test(bare) || !URL.canParse(`http://${bare}`)) return null;
  const { hostname } = new URL(`http://${bare}`); // WHATWG URL, 3.5: the parser of IPv4 numbers
  return isIPv4(hostname) ? hostname : null;
}

/** An IPv4 address in an IPv6 one (mapped, translated: RFC 4291 2.5.5, RFC 6052) is what is connected to. */
function unmapped(address: string): string {
  if (!isIPv6(address)) return address;
  const words = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1); // one spelling of each
  const found = /^(?:::ffff:(?:0:)?|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})$/.exec(words);
  if (!found) return words;
  const [high, low] = [found[1]!, found[2]!].map((word) => Number.parseInt(word, 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.trim().split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
