// A bare TCP connection: what is written goes out byte for byte, and what comes back is read as
// HTTP/1.1 and WebSocket frames, with nothing in between that would mend it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';

const WAIT_MILLISECONDS = 15_000;
const BLANK_LINE = '\r\n\r\n';

/** A connection to a port of this machine. */
export class Line {
  #socket;
  #bytes = Buffer.alloc(0);
  #ended = false;
  #look = () => {};

  static async dial(port) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Line(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#look();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  hangUp() {
    this.#socket.destroy();
  }

  /** As many bytes as `length` makes of those that are here, once it is a number. */
  async #take(length) {
    let count;
    await new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(this.#short('Too late')), WAIT_MILLISECONDS);
      this.#look = () => {
        count = length(this.#bytes);
        if (count === null && !this.#ended) return;
        clearTimeout(limit);
        count === null ? reject(this.#short('It was hung up')) : resolve();
      };
      this.#look();
    });
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  #short(why) {
    return new Error(`${why}; all that was here: ${JSON.stringify(this.#bytes.toString())}`);
  }

  #exactly(count) {
    return this.#take((bytes) => (bytes.length >= count ? count : null));
  }

  async #through(mark) {
    const taken = await this.#take((bytes) => {
      const at = bytes.indexOf(mark);
      return at < 0 ? null : at + mark.length;
    });
    return taken.toString('latin1', 0, taken.length - mark.length);
  }

  /** The status and headers of an answer, names in lower case. */
  async head() {
    const [first, ...lines] = (await this.#through(BLANK_LINE)).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    return { status: Number(first.split(' ')[1]), headers };
  }

  /** The chunks of a chunked body, as they come. */
  async *chunks() {
    for (;;) {
      const size = parseInt(await this.#through('\r\n'), 16);
      const chunk = await this.#exactly(size);
      await this.#exactly(2);
      if (size === 0) return;
      yield chunk;
    }
  }

  /** A whole answer with a body of JSON. */
  async answer() {
    const { status, headers } = await this.head();
    let body;
    if (headers['transfer-encoding'] === 'chunked') {
      const chunks = [];
      for await (const chunk of this.chunks()) chunks.push(chunk);
      body = Buffer.concat(chunks);
    } else {
      body = await this.#exactly(Number(headers['content-length']));
    }
    const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    return { status, headers, text, json: JSON.parse(text) };
  }

  /**
   * What stands between the delimiters of a multipart body, each as soon as the delimiter after
   * it is here: that is when the phones read it.
   */
  async *parts(boundary) {
    const delimiter = `\r\n--${boundary}`;
    let text = '';
    for await (const chunk of this.chunks()) {
      text += chunk.toString();
      for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter)) {
        yield text.slice(0, at);
        text = text.slice(at + delimiter.length);
      }
    }
  }

  /** Sends a WebSocket message of text, masked as clients must. */
  send(text) {
    const bytes = Buffer.from(text);
    const mask = Buffer.from([1, 2, 3, 4]);
    const length = bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 0xff];
    this.write(Buffer.from([0x81, ...length, ...mask]));
    this.write(bytes.map((byte, at) => byte ^ mask[at % 4]));
  }

  /** The next WebSocket message of text, as JSON. Refuses a frame that a plain client cannot read. */
  async message() {
    const [first, second] = await this.#exactly(2);
    const length = second < 126 ? second : (await this.#exactly(2)).readUInt16BE();
    const content = await this.#exactly(length);
    if (first === 0x89) return this.message();
    if (first !== 0x81) throw new Error(`a frame of kind ${first.toString(16)}: ${content}`);
    return JSON.parse(content);
  }
}
