/**
 * The problems that the API answers with (RFC 9457), each listed once. The `type` is a link to this list as a page, so that an
 * integrator who meets one can read what it means.
 */
export const problems = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Nobody is signed in' },
  'wrong-credentials': { status: 401, title: 'E-mail address or password is wrong' },
  'second-factor-wanted': { status: 401, title: 'A code of the second factor is wanted, too' },
  'bad-signature': { status: 401, title: 'The signature does not fit, or is too old' },
  forbidden: { status: 403, title: 'Your role may not do this' },
  'second-factor-missing': { status: 403, title: 'The workspace wants a second factor, and none is set up' },
  'account-frozen': { status: 403, title: 'The account is being deleted' },
  'outside-scope': { status: 403, title: 'The API token may not do this' },
  'csrf-token': { status: 403, title: 'The CSRF token is missing or wrong' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'method-not-allowed': { status: 405, title: 'This address does not know the method' }, // RFC 9110, 15.5.6: with Allow
  conflict: { status: 409, title: 'The present state does not allow this' },
  'already-exists': { status: 409, title: 'There is one already' },
  'request-in-progress': { status: 409, title: 'The same request is still being answered' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body has a format that is not taken here' },
  'invalid-request': { status: 422, title: 'The request breaks a rule' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'key-destroyed': { status: 410, title: 'The key of the histories was destroyed' },
  'launch-refused': { status: 422, title: 'The sequence must not be launched like this' },
  'too-many-requests': { status: 429, title: 'Too many tries' },
  internal: { status: 500, title: 'Something broke on our side' },
  'closed-after-restore': { status: 503, title: 'The database was restored and is not open yet' },
} as const;
export type ProblemName = keyof typeof problems;

/** Where in the request a rule was broken: a JSON pointer into the body, or a parameter's name. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  message: string;
}

/** A refusal as the caller sees it. Thrown by handlers; becomes a problem document at the edge. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    problem: ProblemName,
    detail: string,
    options: { errors?: readonly Fault[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.problem = problem;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return problems[this.problem].status;
  }

  /** The document of RFC 9457, 3.1, with the extension member `errors`. */
  get document(): ProblemDocument {
    const { status, title } = problems[this.problem];
    const errors = this.errors.length > 0 ? { errors: [...this.errors] } : {};
    return { type: `/problems#${this.problem}`, title, status, detail: this.message, ...errors };
  }
}

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Fault[];
}
