/** What can go wrong between the page and the server, in the one shape that everything above understands. */

interface Detail {
  status: number;
  code: string;
  message: string;
  field?: string | undefined;
  retryAfterSecs?: number | undefined;
  requestId?: string | undefined;
}

/** The server answered, and the answer is not a success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** The field of the request that is wrong, if one is; dotted for nested ones. */
  readonly field: string | undefined;
  readonly retryAfterSecs: number | undefined;
  /** What to tell whoever runs the server. */
  readonly requestId: string | undefined;

  constructor(detail: Detail) {
    super(detail.message);
    this.status = detail.status;
    this.code = detail.code;
    this.field = detail.field;
    this.retryAfterSecs = detail.retryAfterSecs;
    this.requestId = detail.requestId;
  }
}

/** No answer at all: the server is away, or the way to it is. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

export function isStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Whether asking again may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && error.status >= 500);
}

/** Reads an answer that is not a success. `body` is what could be parsed of it. */
export function toApiError(response: Response, body: unknown): ApiError {
  const detail = isErrorBody(body) ? body.error : undefined;
  const retryAfter = Number(response.headers.get("retry-after"));
  return new ApiError({
    status: response.status,
    code: detail?.code ?? `http_${response.status}`,
    // A proxy in between answers without our body; its status line is all there is.
    message: detail?.message ?? `${response.status} ${response.statusText}`.trim(),
    field: detail?.field ?? undefined,
    retryAfterSecs: retryAfter > 0 ? retryAfter : undefined,
    requestId: response.headers.get("x-request-id") ?? undefined,
  });
}

function isErrorBody(body: unknown): body is { error: { code: string; message: string; field?: string | null } } {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}
