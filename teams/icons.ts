import { crc32, deflateSync } from 'node:zlib';

/** The app's icons as PNG: an arrow that comes down into a tray, for money that arrives. */

type Colour = readonly [red: number, green: number, blue: number, alpha: number];
const BLUE: Colour = [11, 92, 214, 255];
const WHITE: Colour = [255, 255, 255, 255];
const CLEAR: Colour = [255, 255, 255, 0];

/** 192 × 192, full colour, the sign within the safe middle. */
export function colourIcon(): Buffer {
  return png(192, (x, y) => (isSign(0.22, x, y) ? WHITE : BLUE));
}

/** 32 × 32, white on nothing. */
export function outlineIcon(): Buffer {
  return png(32, (x, y) => (isSign(0.06, x, y) ? WHITE : CLEAR));
}

/** Whether a point (0…1) belongs to the sign, which keeps `margin` to every side. */
function isSign(margin: number, px: number, py: number): boolean {
  const x = (px - margin) / (1 - 2 * margin);
  const y = (py - margin) / (1 - 2 * margin);
  const isShaft = Math.abs(x - 0.5) < 0.09 && y > 0.02 && y < 0.5;
  const isHead = y >= 0.4 && y < 0.7 && Math.abs(x - 0.5) < 0.7 - y;
  const isTray =
    (y > 0.86 && y < 0.99 && x > 0.05 && x < 0.95) || (y > 0.6 && y < 0.99 && ((x > 0.05 && x < 0.18) || (x > 0.82 && x < 0.95)));
  return isShaft || isHead || isTray;
}

function png(size: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const rows = Array.from({ length: size }, (_, y) => {
    const pixels = Array.from({ length: size }, (_, x) => colourAt((x + 0.5) / size, (y + 0.5) / size));
    return Buffer.from([0, ...pixels.flat()]);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
