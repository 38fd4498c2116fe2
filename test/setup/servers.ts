/** What globalSetup started and globalTeardown ends: Jest loads the two apart, but in one process. */
export const servers: { stop?: () => Promise<void> } = ((globalThis as { decorumServers?: object }).decorumServers ??= {});
