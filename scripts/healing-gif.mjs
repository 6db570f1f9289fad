/**
 * Takes docs/images/healing.gif anew: the sandbox's page while a bad deploy is made, explained, approved and healed.
 * Run by hand: `node scripts/healing-gif.mjs`. It needs Chromium, ImageMagick (`convert`) and gifsicle; nothing else does.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const OUT = 'docs/images/healing.gif';
const SIZE = { width: 1280, height: 880 };
const SHOWN_WIDTH = 1000;
const folder = mkdtempSync(join(tmpdir(), 'nightshift-gif-'));
const frames = [];

const app = spawn(process.execPath, ['src/main.ts'], {
  env: {
    PATH: process.env.PATH,
    PORT: '0',
    OTLP_GRPC_PORT: '0',
    OTLP_HTTP_PORT: '0',
    KEDA_PORT: '0',
    NIGHTSHIFT_DATA: join(folder, 'data'),
    NIGHTSHIFT_SANDBOX_SPEED: '10',
    NIGHTSHIFT_SANDBOX_START: '2026-06-04T03:02:00Z',
    LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});

try {
  await film(await pageAddress());
  assemble();
} finally {
  app.kill('SIGTERM');
  if (app.exitCode === null) await once(app, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

/** From the table that the app prints when it is ready. */
async function pageAddress() {
  let output = '';
  for await (const chunk of app.stdout) {
    output += chunk;
    const found = /page\s+(http:\S+)/.exec(output);
    if (found && output.includes('\n  time ')) return found[1];
  }
  throw new Error('Nightshift did not start');
}

async function film(address) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(address);
  await page.locator('[data-kind="bad-deploy"]').waitFor();
  /** One picture, shown for so many hundredths of a second. */
  const take = async (hundredths) => {
    const file = join(folder, `${String(frames.length).padStart(3, '0')}.png`);
    await page.screenshot({ path: file });
    frames.push({ file, hundredths });
  };
  const until = async (text, everyMs) => {
    for (const end = Date.now() + 120_000; Date.now() < end; await sleep(everyMs)) {
      if (await page.locator('#messages').getByText(text).first().isVisible()) return;
      await take(35);
    }
    throw new Error(`the channel never said ${text}`);
  };
  await sleep(3_000);
  await take(120);
  await page.locator('[data-kind="bad-deploy"]').hover();
  await take(60);
  await fetch(new URL('/sandbox/faults', address), {
    method: 'POST',
    body: JSON.stringify({ kind: 'bad-deploy', service: 'payment-api' }),
  });
  await sleep(1_500);
  await take(80);
  await until(/Approve/, 2_500);
  await sleep(1_000);
  await take(350);
  const approve = page
    .locator('#messages')
    .getByRole('button', { name: /Approve/ })
    .first();
  await approve.hover();
  await take(80);
  await approve.click();
  const confirm = page.locator('dialog').getByRole('button', { name: /Approve/ });
  if (await confirm.isVisible().catch(() => false)) {
    await take(80);
    await confirm.click();
  }
  await sleep(1_000);
  await take(120);
  await until(/This was right/, 3_000);
  await sleep(6_000);
  await take(450);
  await browser.close();
}

function assemble() {
  const whole = join(folder, 'whole.gif');
  const pictures = frames.flatMap(({ file, hundredths }) => ['-delay', String(hundredths), file]);
  run('convert', [...pictures, '-resize', `${SHOWN_WIDTH}x`, '+dither', '-colors', '128', '-loop', '0', whole]);
  run('gifsicle', ['-O3', '--lossy=40', whole, '-o', OUT]);
  console.log(`${OUT}: ${frames.length} pictures, ${Math.round(statSync(OUT).size / 1024)} KB`);
}

function run(program, args) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}
