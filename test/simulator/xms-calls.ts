import type { Simulator } from '../../src/simulator/index.ts';

/** An answer of the simulator, read. */
export interface XmsAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON body, `{}` where there is none. */
  body: Record<string, unknown>;
}

/** Plain requests to one plan of a simulator. */
export interface XmsCalls {
  get: (path: string) => Promise<XmsAnswer>;
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<XmsAnswer>;
  remove: (path: string) => Promise<XmsAnswer>;
  /** Posts a text; asks for no reports unless told otherwise. */
  send: (recipient: string, members?: Record<string, unknown>) => Promise<XmsAnswer>;
}

/** Requests as a client without any library would make them. */
export function xmsCalls(simulator: Simulator, plan = 'demo-plan', token = 'demo-token'): XmsCalls {
  const call = async (
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<XmsAnswer> => {
    const response = await fetch(`${simulator.url}/xms/v1/${plan}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json';
    return { status: response.status, headers: response.headers, text, body: isJson ? parsed(text) : {} };
  };
  const post: XmsCalls['post'] = (path, body, headers = { 'content-type': 'application/json' }) =>
    call('POST', path, typeof body === 'string' ? body : JSON.stringify(body), headers);
  return {
    get: (path) => call('GET', path),
    post,
    remove: (path) => call('DELETE', path),
    send: (recipient, members = {}) => post('batches', { to: [recipient], from: 'Acme', body: 'Hello', ...members }),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
