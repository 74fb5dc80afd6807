import { chromium } from 'playwright-core';
import { median } from '../figures';

/** The first visit of a phone with nothing in its cache. */
export interface LoadFigures {
  readonly requests: number;
  /** KB over the wire, compressed. */
  readonly weight: number;
  /** Ms from the address to the first line of the bot; the middle of several visits. */
  readonly greeted: number;
  /** Ms from the first message to its reply. */
  readonly replied: number;
}

/** Megabits per second, ms for a round trip, how much slower than this machine. */
export const NETWORKS = {
  'this machine': undefined,
  '4G (9 Mbit/s, 85 ms, a quarter of the processor)': { down: 9, latency: 85, cpu: 4 },
  'slow 3G (0.8 Mbit/s, 300 ms, a quarter of the processor)': { down: 0.8, latency: 300, cpu: 4 },
} as const;

const VISITS = 5;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'];

export async function measureLoad(origin: string, network: (typeof NETWORKS)[keyof typeof NETWORKS]): Promise<LoadFigures> {
  const browser = await chromium.launch({ executablePath: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  const visits: LoadFigures[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    const context = await browser.newContext({ viewport: { width: 375, height: 740 }, locale: 'zh-CN' });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    let weight = 0;
    let requests = 0;
    await devtools.send('Network.enable');
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      weight += encodedDataLength / 1024;
      requests += 1;
    });
    if (network) {
      const throughput = (network.down * 1024 * 1024) / 8;
      await devtools.send('Network.emulateNetworkConditions', {
        ...{ offline: false, latency: network.latency, downloadThroughput: throughput, uploadThroughput: throughput / 4 },
      });
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: network.cpu });
    }
    const started = performance.now();
    await page.goto(origin, { waitUntil: 'commit' });
    await page.locator('.Message.left .Bubble').first().waitFor({ timeout: 60_000 });
    const greeted = performance.now() - started;
    const lines = await page.locator('.Message.left .Bubble').count();
    await page.locator('textarea').fill('昨天下午三点刷了500没到账');
    const asked = performance.now();
    await page.locator('textarea').press('Enter');
    await page.locator('.Message.left .Bubble', { hasText: '记下了' }).waitFor({ timeout: 60_000 });
    visits.push({ requests, weight, greeted, replied: performance.now() - asked });
    if (lines === 0) throw new Error('no greeting');
    await context.close();
  }
  await browser.close();
  const middle = (name: keyof LoadFigures) => median(visits.map((visit) => visit[name]));
  return { requests: middle('requests'), weight: middle('weight'), greeted: middle('greeted'), replied: middle('replied') };
}
