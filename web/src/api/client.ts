/**
 * The typed client. Every call goes through `send`: same-origin cookies, one refresh and one retry on 401, network
 * failures as their own kind. Use it with `data` or `tagged`, which throw an ApiError when the answer is not a success:
 *
 *   const page = await data(api.GET("/api/admin/users", { params: { query: { q } }, signal }));
 */
import createClient from "openapi-fetch";
import { reportLost } from "./connection";
import { NetworkError, toApiError } from "./errors";
import type { components, paths } from "./schema";
import { isLeaving, recover } from "./session";

export type Schemas = components["schemas"];

export const api = createClient<paths>({ fetch: send });

/** A value with the version it was read at; the tag goes back as If-Match. */
export interface Tagged<D> {
  value: D;
  etag: string | undefined;
}

interface Answer<D> {
  data?: D;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer. */
export async function data<D>(call: Promise<Answer<D>>): Promise<Exclude<D, undefined>> {
  const { data, error, response } = await call;
  if (!response.ok) throw toApiError(response, error);
  return data as Exclude<D, undefined>;
}

/** The body of a successful answer with its ETag. */
export async function tagged<D>(call: Promise<Answer<D>>): Promise<Tagged<Exclude<D, undefined>>> {
  const answer = await call;
  return { value: await data(Promise.resolve(answer)), etag: answer.response.headers.get("etag") ?? undefined };
}

/** The header that makes an edit fail with 412 when somebody else was faster. */
export function ifMatch(etag: string | undefined): { headers?: Record<string, string> } {
  return etag === undefined ? {} : { headers: { "if-match": etag } };
}

/** Sends a request; also for streams, which the typed client cannot read. */
export async function send(request: Request): Promise<Response> {
  // What a page that is being left still asks for would only be refused.
  if (isLeaving() && !request.url.endsWith("/api/auth/logout")) throw new DOMException("signing out", "AbortError");
  // A body can be sent once; the copy is for the retry.
  const again = request.clone();
  const response = await attempt(request);
  // Signing in answers 401 to a wrong password, which no refresh mends.
  if (response.status !== 401 || request.url.endsWith("/api/auth/login")) return response;
  return (await recover()) ? attempt(again) : response;
}

async function attempt(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    reportLost();
    throw new NetworkError("no answer from the server", { cause: error });
  }
}
