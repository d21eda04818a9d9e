import { takesLines, wireBody, type ConsoleRequest } from './requests';

export interface ConsoleAnswer {
  status: number;
  milliseconds: number;
  /** JSON is laid out; other text is as it came. */
  text: string;
}

/** Sends a request and waits for the whole answer. */
export async function sendRequest(request: ConsoleRequest, signal: AbortSignal): Promise<ConsoleAnswer> {
  const body = wireBody(request);
  const headers: Record<string, string> = { 'kbn-xsrf': 'kelp' };
  if (body !== undefined) {
    headers['content-type'] = takesLines(request.path) ? 'application/x-ndjson' : 'application/json';
  }
  // Browsers send no body with GET; Elasticsearch takes these requests by POST just as well.
  const method = request.method === 'GET' && body !== undefined ? 'POST' : request.method;
  const started = performance.now();
  const response = await fetch(`api/es/${request.path}`, { method, headers, body: body ?? null, signal });
  const text = await response.text();
  return {
    status: response.status,
    milliseconds: Math.round(performance.now() - started),
    text: layOut(text),
  };
}

function layOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // _cat and the like answer with plain text.
    return text;
  }
}
