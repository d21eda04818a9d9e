/** One request as written in the console: `GET _search` and the lines of its body. */
export interface ConsoleRequest {
  method: string;
  path: string;
  body: string;
  /** First and last line, counted from 1. */
  firstLine: number;
  lastLine: number;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];
const START = /^\s*(GET|HEAD|POST|PUT|DELETE)\s+(\S.*?)\s*$/i;
const COMMENT = /^\s*(#|\/\/)/;

/** All requests of a text. Lines beginning with # or // are comments; anything before the first request too. */
export function parseRequests(text: string): ConsoleRequest[] {
  const requests: ConsoleRequest[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const start = START.exec(line);
    if (start) {
      const method = (start[1] ?? 'GET').toUpperCase();
      const path = (start[2] ?? '').replace(/^\/+/, '');
      requests.push({ method, path, body: '', firstLine: index + 1, lastLine: index + 1 });
      continue;
    }
    const current = requests.at(-1);
    if (current === undefined || line.trim() === '' || COMMENT.test(line)) continue;
    current.body += `${line}\n`;
    current.lastLine = index + 1;
  }
  return requests;
}

/** The request a line belongs to: the last one that begins at or above it, or the first of all. */
export function requestAt(text: string, line: number): ConsoleRequest | undefined {
  const requests = parseRequests(text);
  return requests.findLast((request) => request.firstLine <= line) ?? requests[0];
}

/** Whether a path takes newline-delimited JSON. */
export function takesLines(path: string): boolean {
  return /(^|\/)_(bulk|msearch)(\/template)?(\?|$)/.test(path);
}

/** The body as it goes on the wire; undefined for none. JSON may span lines, and strings may stand in `"""`. */
export function wireBody(request: ConsoleRequest): string | undefined {
  const body = request.body.replace(/"""([\s\S]*?)"""/g, (_, text: string) => JSON.stringify(text));
  if (body.trim() === '') return undefined;
  return takesLines(request.path) ? body : body.trim();
}

/** Beginnings of lines to offer while typing. */
export const SUGGESTIONS: { label: string; text: string }[] = [
  ...METHODS.map((method) => ({ label: method, text: `${method} ` })),
  { label: 'GET _cat/indices?v', text: 'GET _cat/indices?v' },
  { label: 'GET _cluster/health', text: 'GET _cluster/health' },
  { label: 'GET logstash-*/_mapping', text: 'GET logstash-*/_mapping' },
  {
    label: 'GET logstash-*/_search',
    text: 'GET logstash-*/_search\n{\n  "size": 10,\n  "sort": [{ "@timestamp": "desc" }],\n  "query": { "match_all": {} }\n}',
  },
  {
    label: 'GET logstash-*/_search (terms)',
    text: 'GET logstash-*/_search\n{\n  "size": 0,\n  "aggs": {\n    "pods": { "terms": { "field": "kubernetes.pod_name.keyword" } }\n  }\n}',
  },
];
