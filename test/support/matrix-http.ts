// Calls of Matrix' client-server API (v1.11 of the specification) as plain HTTP, for people in tests.

import { request } from 'node:http';

const DEADLINE_MS = 40_000;

export type Json = Readonly<Record<string, unknown>>;

export interface MatrixCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments, encoded here; the first may be several, as it is. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: Json;
  readonly token?: string;
}

/** What a server refuses with. */
export class MatrixError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, answer: Json) {
    super(`${status} ${text(answer['errcode'])}: ${text(answer['error'])}`);
    this.name = 'MatrixError';
    this.status = status;
    this.code = text(answer['errcode']);
  }
}

/** @throws MatrixError, or the socket's error. */
export async function matrixCall(url: string, call: MatrixCall): Promise<Json> {
  const [base = '', ...segments] = call.path;
  const target = new URL(`${url}/${[base, ...segments.map(encodeURIComponent)].join('/')}`);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) target.searchParams.set(name, String(value));
  }
  const { status, answer } = await exchange(target, call);
  if (status < 200 || status > 299) throw new MatrixError(status, answer);
  return answer;
}

/** A connection each: one that is kept may belong to a server that was killed since. */
function exchange(target: URL, call: MatrixCall): Promise<{ readonly status: number; readonly answer: Json }> {
  const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    ...(call.token !== undefined && { authorization: `Bearer ${call.token}` }),
    ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(target, { method: call.method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, answer: object(JSON.parse(Buffer.concat(chunks).toString())) });
        } catch (error) {
          reject(new Error(`${call.method} ${target.pathname}: not JSON`, { cause: error }));
        }
      });
    });
    asked.setTimeout(DEADLINE_MS, () => asked.destroy(new Error(`${call.method} ${target.pathname}: no answer`)));
    asked.on('error', reject);
    asked.end(payload);
  });
}

export const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
