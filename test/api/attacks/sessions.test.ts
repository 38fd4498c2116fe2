import { type Reply, password, serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
});
beforeEach(async () => {
  acme = await api.workspace();
});
afterAll(() => api.close());

const logIn = (email: string, headers = {}) => api.stranger.post('/v1/session', { email, password }, headers);
const cookieIn = ({ headers }: Reply) => headers.getSetCookie()[0]?.split(';')[0] ?? '';
const whoIs = async (cookie: string) => {
  const { status, body } = await api.stranger.get('/v1/session', { headers: { cookie } });
  return status === 200 ? (body as { user: { email: string } }).user.email : status;
};

test('a session that was chosen before the log-in is not taken over', async () => {
  const planted = `decorum_session=${acme.id}.${'a'.repeat(43)}`;
  const reply = await logIn(acme.owner.email, { cookie: planted });
  expect(reply.status).toBe(201);
  expect(cookieIn(reply)).not.toBe(planted);
  expect(await whoIs(planted)).toBe(401);
  expect(await whoIs(cookieIn(reply))).toBe(acme.owner.email);
});

test.each(['the same workspace', 'another one'])('who logs in with the session of somebody in %s ends it', async (where) => {
  const theirs = where === 'another one' ? await api.workspace() : acme;
  const planted = cookieIn(await logIn(theirs.rep.email));
  const elsewhere = cookieIn(await logIn(theirs.rep.email));
  const own = cookieIn(await logIn(acme.owner.email, { cookie: planted }));
  expect(await whoIs(planted)).toBe(401);
  expect(await whoIs(own)).toBe(acme.owner.email);
  expect(await whoIs(elsewhere)).toBe(theirs.rep.email);
});

test('a wrong password ends nothing', async () => {
  const own = cookieIn(await logIn(acme.owner.email));
  expect((await api.stranger.post('/v1/session', { email: acme.owner.email, password: 'wrong' }, { cookie: own })).status).toBe(
    401,
  );
  expect(await whoIs(own)).toBe(acme.owner.email);
});
