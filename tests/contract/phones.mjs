// What Apollo iOS 2 and Apollo Kotlin 5 write on the wire, each over its platform's HTTP stack
// (URLSession, OkHttp 5): header names, their order and values, and the body's bytes.
import { createHash } from 'node:crypto';

/** The key of a WebSocket's beginning, and what the server has to make of it. */
export const SOCKET_KEY = 'AQIDBAUGBwgJCgsMDQ4PEA==';
export const SOCKET_ACCEPT = createHash('sha1')
  .update(`${SOCKET_KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  .digest('base64');

const lines = (...all) => `${all.join('\r\n')}\r\n\r\n`;
const kindOf = (text) => text.split(' ', 1)[0];

/** JSON with its keys sorted and its slashes escaped, as Foundation writes it. */
function foundationJson(value) {
  const sorted = (_, item) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.keys(item).sort().map((key) => [key, item[key]]))
      : item;
  return JSON.stringify(value, sorted).replaceAll('/', '\\/');
}

/** The extension of an operation that goes by its hash: 'hash' alone, or as 'retry' beside the text. */
function persistedQuery(text, persisted) {
  return persisted && { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') };
}

/** All but letters, digits and `-._~` as their bytes in hexadecimal, as Apollo Kotlin has it. */
const percentEncoded = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt().toString(16).toUpperCase()}`);

/** Apollo iOS. */
export const ios = {
  name: 'Apollo iOS',
  body({ operationName, text, variables, persisted }) {
    const hash = persistedQuery(text, persisted);
    return foundationJson({
      operationName,
      ...(variables && { variables }),
      ...(persisted !== 'hash' && { query: text }),
      extensions: {
        ...(hash && { persistedQuery: hash }),
        clientLibrary: { name: 'apollo-ios', version: '2.4.0' },
      },
    });
  },
  request(port, token, operation) {
    const body = this.body(operation);
    const spec = kindOf(operation.text) === 'subscription' ? 'subscriptionSpec=1.0' : 'deferSpec=20220824';
    const head = lines(
      'POST /graphql HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Content-Type: application/json',
      'Connection: keep-alive',
      `Accept: multipart/mixed;${spec},application/graphql-response+json,application/json`,
      'apollographql-client-version: 1.4+87',
      'User-Agent: Clinic/87 CFNetwork/3826.500.131 Darwin/24.5.0',
      ...(token ? [`Authorization: Bearer ${token}`] : []),
      'apollographql-client-name: example.clinic-apollo-ios',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Accept-Language: en-US,en;q=0.9',
      'Accept-Encoding: gzip, deflate',
    );
    return head + body;
  },
  upgrade: (port) =>
    lines(
      'GET /graphql HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Sec-WebSocket-Key: ${SOCKET_KEY}`,
      'Sec-WebSocket-Version: 13',
      'Upgrade: websocket',
      'Accept: */*',
      'Sec-WebSocket-Extensions: permessage-deflate',
      'User-Agent: Clinic/87 CFNetwork/3826.500.131 Darwin/24.5.0',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      'Accept-Language: en-US,en;q=0.9',
      'Accept-Encoding: gzip, deflate',
      'Connection: Upgrade',
    ),
  init: (token) => `{"type":"connection_init","payload":${foundationJson({ authorization: `Bearer ${token}` })}}`,
  subscribe(operation) {
    return { id: '1', message: `{"type":"subscribe","id":"1","payload":${this.body(operation)}}` };
  },
};

/** Apollo Kotlin. */
export const kotlin = {
  name: 'Apollo Kotlin',
  body({ operationName, text, variables, persisted }) {
    const hash = persistedQuery(text, persisted);
    return JSON.stringify({
      ...(persisted !== 'hash' && { query: text }),
      operationName,
      ...(variables && { variables }),
      extensions: {
        ...(hash && { persistedQuery: hash }),
        clientLibrary: { name: 'apollo-kotlin', version: '5.1.0' },
      },
    });
  },
  request(port, token, operation) {
    const body = this.body(operation);
    const spec = kindOf(operation.text) === 'subscription' ? 'subscriptionSpec=1.0' : 'deferSpec=20220824';
    const head = lines(
      'POST /graphql HTTP/1.1',
      ...(token ? [`Authorization: Bearer ${token}`] : []),
      `accept: multipart/mixed;${spec}, application/graphql-response+json, application/json`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Keep-Alive',
      'Accept-Encoding: gzip',
      'User-Agent: okhttp/5.3.0',
    );
    return head + body;
  },
  /** How it asks by hash unless told otherwise. */
  requestByGet(port, token, operation) {
    const pairs = Object.entries(JSON.parse(this.body(operation))).map(
      ([name, value]) => `${name}=${percentEncoded(typeof value === 'string' ? value : JSON.stringify(value))}`,
    );
    return lines(
      `GET /graphql?${pairs.join('&')} HTTP/1.1`,
      'Apollo-Require-Preflight: true',
      `Authorization: Bearer ${token}`,
      'accept: multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
      `Host: 127.0.0.1:${port}`,
      'Connection: Keep-Alive',
      'Accept-Encoding: gzip',
      'User-Agent: okhttp/5.3.0',
    );
  },
  upgrade: (port) =>
    lines(
      'GET /graphql HTTP/1.1',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${SOCKET_KEY}`,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Extensions: permessage-deflate',
      `Host: 127.0.0.1:${port}`,
      'Accept-Encoding: gzip',
      'User-Agent: okhttp/5.3.0',
    ),
  init: (token) => JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
  subscribe(operation) {
    const id = '5f2b2c0e-6c0a-4d6e-9a51-0d9c3a7be001';
    return { id, message: `{"type":"subscribe","id":"${id}","payload":${this.body(operation)}}` };
  },
};

/** The phones: each makes the bytes of a request of an operation, and of a WebSocket's beginning. */
export const PHONES = [ios, kotlin];
