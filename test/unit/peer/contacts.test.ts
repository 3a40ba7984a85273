import { expect, it } from 'vitest';
import { createContacts, reachFacts } from '../../../src/peer/contacts.ts';

function makeContacts() {
  const clock = { now: 1_000 };
  return { clock, contacts: createContacts(() => clock.now) };
}

it('a node is lost from the second conversation in a row that failed, since the first', () => {
  const { clock, contacts } = makeContacts();
  contacts.note('n2', undefined);
  clock.now = 2_000;
  contacts.note('n2', new Error('late'));
  expect(reachFacts(contacts).get('n2')).toEqual({ node: 'n2', reached: true, since: 1_000 });
  expect(contacts.failing()).toEqual(['n2']);
  clock.now = 3_000;
  contacts.note('n2', new Error('late'));
  expect(reachFacts(contacts).get('n2')).toEqual({ node: 'n2', reached: false, since: 2_000 });
  clock.now = 4_000;
  contacts.note('n2', new Error('late'));
  expect(contacts.all().get('n2')).toMatchObject({ failures: 3, since: 2_000 });
  clock.now = 5_000;
  contacts.note('n2', undefined);
  expect(reachFacts(contacts).get('n2')).toEqual({ node: 'n2', reached: true, since: 5_000 });
  expect(contacts.failing()).toEqual([]);
});

it('a failure between two that went well changes nothing', () => {
  const { clock, contacts } = makeContacts();
  contacts.note('n2', undefined);
  clock.now = 2_000;
  contacts.note('n2', new Error('late'));
  contacts.note('n2', undefined);
  contacts.note('n2', new Error('late'));
  expect(contacts.all().get('n2')).toMatchObject({ reached: true, since: 1_000 });
});

it('one that never answered is lost at once', () => {
  const { contacts } = makeContacts();
  contacts.note('n2', new Error('refused'));
  expect(contacts.all().get('n2')).toMatchObject({ reached: false, since: 1_000 });
});

it('those that left are forgotten', () => {
  const { contacts } = makeContacts();
  contacts.note('n2', undefined);
  contacts.note('n3', new Error('refused'));
  contacts.keep(new Set(['n2']));
  expect([...contacts.all().keys()]).toEqual(['n2']);
});
