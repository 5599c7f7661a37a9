// Requests with the access token; an expired one is renewed once through the refresh cookie.
let token = null;

async function answer(response) {
  const body = response.headers.get('content-type')?.includes('json') ? await response.json() : null;
  if (!response.ok) throw new Error(body?.message ?? body?.error ?? `The server answered ${response.status}.`);
  return body;
}

const send = (method, path, body, headers) => fetch(path, {
  method,
  headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }), ...headers },
  body: body && JSON.stringify(body),
});

export async function renew() {
  const session = await answer(await send('POST', '/api/auth/refresh'));
  token = session?.token ?? null;
  return session?.user ?? null;
}

export async function open(method, path, body, headers) {
  let response = await send(method, path, body, headers);
  if (response.status === 401 && await renew().catch(() => null)) response = await send(method, path, body, headers);
  return response;
}

export const call = async (method, path, body) => answer(await open(method, path, body));

export async function login(credentials) {
  const session = await answer(await send('POST', '/api/auth/login', credentials));
  token = session.token;
  return session.user;
}
