import { connect, createServer, type Socket } from 'node:net';

/**
 * The way between a page and the server, which a test can cut. A browser that is
 * told to be offline may still open a WebSocket to its own machine.
 */
export class Cable {
  private ends = new Set<Socket>();
  private cut = false;
  url = '';

  static async lay(to: string): Promise<Cable> {
    const cable = new Cable();
    const { hostname, port } = new URL(to);
    const server = createServer((near) => {
      if (cable.cut) {
        near.destroy();
        return;
      }
      const far = connect(Number(port), hostname);
      for (const end of [near, far]) {
        cable.ends.add(end);
        end.on('error', () => end.destroy());
        end.on('close', () => {
          cable.ends.delete(end);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.pipe(near);
    });
    server.unref();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (!address || typeof address === 'string') throw new Error('no port');
    cable.url = `http://127.0.0.1:${address.port}`;
    return cable;
  }

  break(): void {
    this.cut = true;
    for (const end of this.ends) end.destroy();
  }

  mend(): void {
    this.cut = false;
  }
}
