// The three wires of a subscription, each with the client library that apps use for it. Each
// goes on by itself after its connection has dropped, from the cursor that it has come to.
import { inspect } from 'node:util';
import { ApolloClient, ApolloLink, CombinedProtocolErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const WAIT_MILLISECONDS = 15_000;
const RETRY_MILLISECONDS = 20;
/** The close code of a session that is none, or has ended. */
export const FORBIDDEN = 4403;
const pause = () => new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));

/** What has arrived, in order; `until` waits for it to be as it should. */
export class Arrivals {
  all = [];
  #waiting = new Set();

  push(item) {
    this.all.push(item);
    this.#waiting.forEach((look) => look());
  }

  /** What `find` makes of all that has arrived, as soon as that is something. */
  until(find) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find(this.all);
        if (found) settle(resolve, found);
      };
      const settle = (how, what) => {
        this.#waiting.delete(look);
        clearTimeout(limit);
        how(what);
      };
      const late = () => settle(reject, new Error(`All that arrived: ${inspect(this.all, { depth: 6 })}`));
      const limit = setTimeout(late, WAIT_MILLISECONDS);
      this.#waiting.add(look);
      look();
    });
  }
}

/**
 * Variables whose `after` is the cursor of the newest event. The clients write their request
 * anew whenever they connect, so they take it up where they were.
 */
function following(arrivals, variables) {
  const newest = () => arrivals.all.findLast(({ data }) => data?.patientChanged)?.data.patientChanged.cursor;
  return {
    ...variables,
    get after() {
      return newest() ?? variables.after ?? null;
    },
  };
}

/** Where a client puts what it hears. */
const into = (arrivals) => ({
  next: (answer) => arrivals.push(answer),
  error: (error) => arrivals.push({ error }),
  complete: () => arrivals.push({ complete: true }),
});

function overWebSocket(port, token, query, variables) {
  const arrivals = new Arrivals();
  const client = createSocketClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Infinity,
    retryWait: pause,
    shouldRetry: ({ code }) => code !== FORBIDDEN,
  });
  client.subscribe({ query, variables: following(arrivals, variables) }, into(arrivals));
  return { arrivals, stop: () => client.dispose() };
}

function overServerSentEvents(port, token, query, variables) {
  const arrivals = new Arrivals();
  const client = createSseClient({
    url: `http://127.0.0.1:${port}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: Infinity,
    retry: pause,
  });
  client.subscribe({ query, variables: following(arrivals, variables) }, into(arrivals));
  return { arrivals, stop: () => client.dispose() };
}

function overMultipart(port, token, query, variables) {
  const arrivals = new Arrivals();
  const goOn = new ApolloLink((operation, forward) => {
    operation.variables = { ...following(arrivals, variables) };
    return forward(operation);
  });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new RetryLink({
        attempts: (count, attempted, error) => !CombinedProtocolErrors.is(error),
        delay: () => RETRY_MILLISECONDS,
      }),
      goOn,
      new HttpLink({ uri: `http://127.0.0.1:${port}/graphql`, headers: { authorization: `Bearer ${token}` } }),
    ]),
  });
  const running = client.subscribe({ query: gql(query), variables }).subscribe({
    ...into(arrivals),
    next: ({ data, error }) => arrivals.push({ data, error }),
  });
  return { arrivals, stop: () => running.unsubscribe() };
}

/** Each opens a subscription: `(port, token, query, variables)` to its arrivals and `stop`. */
export const WIRES = {
  'graphql-ws': overWebSocket,
  'graphql-sse': overServerSentEvents,
  'Apollo multipart': overMultipart,
};
