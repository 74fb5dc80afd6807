import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What reached the server. */
export interface CluRequest {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface CluServer {
  readonly endpoint: string;
  readonly requests: CluRequest[];
  /** How the next requests are answered. */
  answer: (request: CluRequest, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** Answers with JSON, as the service does. */
export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

/** A prediction of the analysis API, version 2023-04-01: the scores fall by rank and the first is the top intent. */
export function prediction(intents: Readonly<Record<string, number>>): unknown {
  const listed = Object.entries(intents).map(([category, confidenceScore]) => ({ category, confidenceScore }));
  return {
    kind: 'ConversationResult',
    result: { query: '', prediction: { topIntent: listed[0]?.category, projectKind: 'Conversation', intents: listed, entities: [] } },
  };
}

/** An error of the service. */
export function fault(code: string, message: string): unknown {
  return { error: { code, message } };
}

async function read(request: IncomingMessage): Promise<CluRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { 'ocp-apim-subscription-key': key, authorization } = request.headers;
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null');
  return { method: request.method ?? '', path: request.url ?? '', key: typeof key === 'string' ? key : undefined, authorization, body };
}

/** A server on the loopback that speaks the analysis part of the REST contract of Azure CLU. */
export async function openCluServer(): Promise<CluServer> {
  const requests: CluRequest[] = [];
  const server = createServer(async (raw, response) => {
    const request = await read(raw);
    requests.push(request);
    opened.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const opened: CluServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (_, response) => json(response, 200, prediction({ None: 0.2 })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return opened;
}
