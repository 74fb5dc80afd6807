import bundled from '../../src/domain/data/acquirers/default.json';
import holidays from '../../src/domain/data/holidays/2026.json';
import { createCalendar, loadProfiles, parseProfile, profileOf } from '../../src/domain/profile';
import { cell, tableOf } from '../tables';
import { profile, profiles } from './data';

function faultsOf(files: Readonly<Record<string, unknown>>): readonly string[] {
  const result = loadProfiles(files);
  return result.kind === 'refused' ? result.faults : [];
}

describe('the data that comes with the product', () => {
  test.each(tableOf('5.1').map((row) => [cell(row, 'setting'), cell(row, 'default')] as const))('%s is %s', (setting, value) => {
    const found = setting.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], profile);
    expect(String(found)).toBe(value);
  });

  test('lists what no person has checked yet', () => {
    expect(profiles.unverified).toContain('acquirers/default.json');
    expect(profiles.unverified).toContain('contacts.json: unionPay');
    expect(profiles.unverified).not.toContain('holidays/2026.json');
  });

  test('holds the signature amounts in fen', () => {
    expect(profiles.fees.feeSignatureAmounts).toContain(29_900);
  });
});

describe('data of an operator', () => {
  test('adds an acquirer, found by any of its names', () => {
    const result = loadProfiles({
      'acquirers/lakala.json': { ...bundled, id: 'lakala', name: '拉卡拉', aliases: ['拉咔拉'], cutoff: '22:30' },
    });
    if (result.kind === 'refused') throw new Error(result.faults.join());
    expect(profileOf(result.profiles, '我用的是拉咔拉的机子').cutoff).toBe('22:30');
    expect(profileOf(result.profiles, '别的').id).toBe('default');
    expect(profileOf(result.profiles).id).toBe('default');
  });

  test('replaces a file of the same path', () => {
    const result = loadProfiles({ 'acquirers/default.json': { ...bundled, graceHours: 6, verifiedAt: '2026-11-01' } });
    if (result.kind === 'refused') throw new Error(result.faults.join());
    expect(profileOf(result.profiles).graceHours).toBe(6);
    expect(result.profiles.unverified).not.toContain('acquirers/default.json');
  });

  test('adds the holidays of another year', () => {
    const file = {
      year: 2027,
      source: 'test',
      verifiedAt: null,
      off: [{ name: '元旦', from: '2027-01-01', to: '2027-01-03' }],
      makeup: [],
    };
    const result = loadProfiles({ 'holidays/2027.json': file });
    expect(result.kind === 'ok' && result.profiles.calendar.years.has(2027)).toBe(true);
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['a missing setting', { 'acquirers/x.json': { ...bundled, id: 'x', cutoff: undefined } }, /x\.json: cutoff/],
    ['an impossible time', { 'acquirers/x.json': { ...bundled, id: 'x', cutoff: '25:00' } }, /x\.json: cutoff must be HH:MM/],
    ['an unknown setting', { 'acquirers/x.json': { ...bundled, id: 'x', cutof: '22:00' } }, /cutof/],
    ['no source', { 'acquirers/x.json': { ...bundled, id: 'x', source: '' } }, /x\.json: source/],
    [
      'a window that ends before it starts',
      { 'acquirers/x.json': { ...bundled, id: 'x', d0: { ...bundled.d0, windowStart: '23:00' } } },
      /window must end/,
    ],
    ['two profiles with one id', { 'acquirers/x.json': bundled }, /more than one profile with id default/],
    ['a holiday of another year', { 'holidays/2026.json': { ...holidays, makeup: ['2025-01-04'] } }, /2025-01-04 is not in 2026/],
    ['a make-up day on a weekday', { 'holidays/2026.json': { ...holidays, makeup: ['2026-01-05'] } }, /2026-01-05 is no weekend day/],
    ['two files of one year', { 'holidays/again.json': holidays }, /more than one file for 2026/],
    ['a file of no known kind', { 'banks.json': {} }, /banks\.json: is not a known data file/],
    ['text instead of an object', { 'contacts.json': 'x' }, /contacts\.json/],
    [
      'a contact without verifiedAt',
      { 'contacts.json': { contacts: [{ id: 'a', name: 'a', kind: 'phone', value: '1', source: 'x' }] } },
      /verifiedAt/,
    ],
  ])('with %s is refused', (_name, files, fault) => {
    expect(faultsOf(files).join('\n')).toMatch(fault);
  });

  test('with several faults lists them all', () => {
    expect(faultsOf({ 'acquirers/x.json': { ...bundled, id: 'x', cutoff: 'x', graceHours: -1 }, 'fees.json': {} }).length).toBeGreaterThan(
      4,
    );
  });

  test('of one profile can be read alone', () => {
    expect(parseProfile(bundled)).toMatchObject({ kind: 'ok', value: { id: 'default' } });
    expect(parseProfile(null).kind).toBe('refused');
  });

  test('without any holiday file knows no year', () => {
    expect(createCalendar([]).years.size).toBe(0);
  });
});
