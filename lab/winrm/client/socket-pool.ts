import type { Call } from '../../core/call.ts';
import type { Target } from './target.ts';
import { WinrmSocket } from './winrm-socket.ts';

/** More wait than are likely to be needed again; the surplus is closed. */
const MOST_IDLE = 8;

/** Authenticated sockets of one target. A blocking Receive holds one, so there are as many as there are messages under way. */
export class SocketPool {
  readonly #target: Target;
  readonly #idle: WinrmSocket[] = [];
  readonly #lent = new Set<WinrmSocket>();
  #closed = false;

  constructor(target: Target) {
    this.#target = target;
  }

  /** A socket for the caller alone, logged in. Give it back with {@link release}. */
  async acquire(call: Call): Promise<WinrmSocket> {
    call.signal.throwIfAborted();
    for (let socket = this.#idle.pop(); socket !== undefined; socket = this.#idle.pop()) {
      if (!socket.usable) continue;
      this.#lent.add(socket);
      return socket;
    }
    const socket = await WinrmSocket.open(this.#target, call);
    this.#lent.add(socket);
    if (this.#closed) this.release(socket);
    return socket;
  }

  release(socket: WinrmSocket): void {
    this.#lent.delete(socket);
    // Whoever forgot one log-in has likely forgotten all of that time, and each would cost a message's way to find out.
    if (socket.forgotten) for (const idle of this.#idle.splice(0)) idle.close();
    if (socket.usable && !this.#closed && this.#idle.length < MOST_IDLE) this.#idle.push(socket);
    else socket.close();
  }

  /** Closes all sockets, those in use too. */
  close(): void {
    this.#closed = true;
    for (const socket of [...this.#idle.splice(0), ...this.#lent]) socket.close();
  }
}
