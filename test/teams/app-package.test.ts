import { readFileSync } from 'node:fs';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { packApp, schemaFaults } from '../../teams/app-package';

const registration = { appId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', host: 'bot.example.com' };
const teams = path.join(__dirname, '../../teams');

function unpacked(): Record<string, Uint8Array> {
  const packed = packApp(registration);
  if (packed.kind === 'refused') throw new Error(packed.faults.join('\n'));
  return unzipSync(packed.zip);
}

describe('the app package for Teams', () => {
  test('fits the schemas Microsoft publishes and holds the manifest, the English words and both icons', () => {
    const files = unpacked();
    expect(Object.keys(files).sort()).toEqual(['color.png', 'en.json', 'manifest.json', 'outline.png']);
    const manifest = JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array()));
    expect(manifest).toMatchObject({
      id: registration.appId,
      bots: [{ botId: registration.appId }],
      composeExtensions: [{ botId: registration.appId }],
    });
    expect(JSON.stringify(manifest)).not.toContain('{{');
  });

  test('a manifest that does not fit is noticed', () => {
    const manifest = JSON.parse(readFileSync(path.join(teams, 'manifest.json'), 'utf8').replaceAll('{{HOST}}', 'bot.example.com'));
    expect(schemaFaults(manifest, 'MicrosoftTeams.schema.json')).not.toEqual([]);
    const filled = JSON.parse(JSON.stringify(manifest).replaceAll('{{APP_ID}}', registration.appId));
    expect(schemaFaults(filled, 'MicrosoftTeams.schema.json')).toEqual([]);
    expect(schemaFaults({ ...filled, bots: [{ scopes: ['everywhere'] }] }, 'MicrosoftTeams.schema.json')).not.toEqual([]);
    expect(schemaFaults({ ...filled, name: { short: 'x'.repeat(31) } }, 'MicrosoftTeams.schema.json')).not.toEqual([]);
  });

  test('the English words name only what the manifest has, each command of it', () => {
    const manifest = JSON.parse(readFileSync(path.join(teams, 'manifest.json'), 'utf8'));
    const { $schema: _, ...english } = JSON.parse(readFileSync(path.join(teams, 'en.json'), 'utf8'));
    for (const key of Object.keys(english)) {
      const value = key.split(/[.[\]]+/).reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], manifest);
      expect([key, typeof value]).toEqual([key, 'string']);
    }
    const { commands } = manifest.bots[0].commandLists[0];
    for (const index of commands.keys()) expect(english).toHaveProperty([`bots[0].commandLists[0].commands[${index}].title`]);
  });

  test('the icons are PNG of the sizes Teams asks for', () => {
    const files = unpacked();
    const sizeOf = (name: string) => {
      const png = Buffer.from(files[name] ?? new Uint8Array());
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
      return [png.readUInt32BE(16), png.readUInt32BE(20)];
    };
    expect(sizeOf('color.png')).toEqual([192, 192]);
    expect(sizeOf('outline.png')).toEqual([32, 32]);
  });

  test.each([
    ['an app id that is no GUID', { ...registration, appId: 'app' }, /GUID/],
    ['an address instead of a host name', { ...registration, host: 'https://bot.example.com/' }, /host name/],
  ])('%s is refused', (_, wrong, why) => {
    const packed = packApp(wrong);
    expect(packed.kind === 'refused' ? packed.faults.join() : '').toMatch(why);
  });
});
