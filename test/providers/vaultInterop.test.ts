import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { generateVaultKey, vault } from '../../providers/vault.ts';

const place = { tenantId: '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c11', column: 'integrations.secret' };
const specKey = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='; // of the specification's own vectors

// Written by Python's cryptography 48.0.0 (Fernet with that key, _encrypt_from_parts at 1795577112, IV 00 … 0f), for machines without it.
test.each([
  {
    secret: 'hello',
    token: 'gAAAAABrBlUYAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLKN_74_bhXEtMt-1LOGAzwsK2PdP_xOYJELTx15DzbYzg==',
  },
  { secret: '', token: 'gAAAAABrBlUYAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAlutKRFC-zA6TMf1ezWflApPJBzo3y_p50buU89uEUaow==' },
  {
    secret: 'sk-proj-4yQm7Zr2Lk9Wb3Xn8Vd5Tf1H',
    token:
      'gAAAAABrBlUYAAECAwQFBgcICQoLDA0OD8XFFudvOPFhAb9_5_JmZidc2IRqsZoWpbk-3cjARfNsNOCKMmbLirQJGX8CyVV8zkEYwVBr_v6uuLjAGLyoyerB99x4sHlP6jnUT0rfDXAf',
  },
  {
    secret: 'Grüße ✓ 🔑',
    token:
      'gAAAAABrBlUYAAECAwQFBgcICQoLDA0ODxFUuYMdaa5niV-l54rKU8gKhGzFRh0XJZlzAYGAMb6Wa9e8ibD1eJsFOgtvURsv6N8z_96fQtEGq7BS5ByMoQY=',
  },
])('a token of Python’s cryptography is read: "$secret"', ({ secret, token }) => {
  expect(vault([generateVaultKey(), specKey]).decrypt(token, place).toString()).toBe(secret);
});

// generate.json of the specification: now 1985-10-26T01:20:00-07:00, IV 00 … 0f, "hello".
test('the token that the specification wants generated is read, and is younger than a minute at that time', () => {
  const token = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
  const world = { nowSeconds: () => Date.parse('1985-10-26T01:20:00-07:00') / 1000, iv: () => randomBytes(16) };
  expect(vault([generateVaultKey(), specKey], world).decrypt(token, place, { maxAgeSeconds: 60 }).toString()).toBe('hello');
});

const hasCryptography = spawnSync('python3', ['-c', 'import cryptography.fernet']).status === 0;

/** What the Python program prints, given these arguments. */
const python = (program: string, ...given: string[]): string =>
  execFileSync('python3', ['-c', program, ...given], { encoding: 'utf8' }).trim();

(hasCryptography ? describe : describe.skip)('with Python’s cryptography on this machine', () => {
  test('what it writes under a key of the day, and what MultiFernet has rotated, is read', () => {
    const keys = [randomBytes(32), randomBytes(32)].map((key) => `${key.toString('base64url')}=`) as [string, string];
    const [fresh, rotated] = python(
      `import sys
from cryptography.fernet import Fernet, MultiFernet
new, old = Fernet(sys.argv[1]), Fernet(sys.argv[2])
print(new.encrypt(sys.argv[3].encode()).decode())
print(MultiFernet([new, old]).rotate(old.encrypt(sys.argv[3].encode())).decode())`,
      ...keys,
      'an access token ✓',
    ).split('\n');
    const ours = vault([generateVaultKey(), keys[0]]);
    for (const token of [fresh, rotated]) expect(ours.decrypt(token ?? '', place).toString()).toBe('an access token ✓');
    expect(() => vault([generateVaultKey(), keys[1]]).decrypt(fresh ?? '', place)).toThrow('No vault key');
  });

  test('what we write is opened by its primitives, as the layout is documented', () => {
    const key = generateVaultKey();
    const opened = python(
      `import sys, base64, json, struct
from cryptography.hazmat.primitives import hashes, hmac, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
raw = lambda text: base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
key, token = raw(sys.argv[1]), raw(sys.argv[2])
place = json.dumps([sys.argv[3], sys.argv[4]], separators=(',', ':')).encode()
mac = hmac.HMAC(key[32:], hashes.SHA256())
mac.update(token[:-32] + place + struct.pack('>Q', len(place)))
mac.verify(token[-32:])
assert token[0] == 0x81
decryptor = Cipher(algorithms.AES(key[:32]), modes.CBC(token[9:25])).decryptor()
unpadder = padding.PKCS7(128).unpadder()
print((unpadder.update(decryptor.update(token[25:-32]) + decryptor.finalize()) + unpadder.finalize()).decode())`,
      key,
      vault([key]).encrypt('a key of OpenAI', place),
      place.tenantId,
      place.column,
    );
    expect(opened).toBe('a key of OpenAI');
  });
});
